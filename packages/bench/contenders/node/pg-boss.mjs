import { PgBoss } from 'pg-boss';
import { run } from './jobs.mjs';

const QUEUE = 'bench';
const BATCH = 1_000;

async function open() {
  const boss = new PgBoss({ connectionString: process.env.POSTGRES_URL, useListenNotify: true });
  boss.on('error', (error) => console.error(error));
  await boss.start();
  await boss.createQueue(QUEUE, { notify: true });
  return boss;
}

export async function work(concurrency) {
  const boss = await open();
  const options = { batchSize: concurrency, localConcurrency: 2, burstWhenBatchFull: true, pollingIntervalSeconds: 0.5 };
  await boss.work(QUEUE, options, async (jobs) => {
    await Promise.all(jobs.map((job) => run(job.data)));
  });
}

export async function producer() {
  const boss = await open();
  return async (jobs) => {
    for (let at = 0; at < jobs.length; at += BATCH) {
      await boss.insert(QUEUE, jobs.slice(at, at + BATCH).map((data) => ({ data })));
    }
  };
}
