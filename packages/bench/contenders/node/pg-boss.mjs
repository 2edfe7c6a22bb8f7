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

const SINGLE = (concurrency) => ({ localConcurrency: concurrency, pollingIntervalSeconds: 0.5, notifyPollingIntervalSeconds: 0.5 });
const BATCHED = (concurrency) => ({ localConcurrency: 2, pollingIntervalSeconds: 0.5, batchSize: concurrency, burstWhenBatchFull: true });

export async function work(concurrency, mode) {
  const boss = await open();
  const options = mode === 'batched' ? BATCHED(concurrency) : SINGLE(concurrency);
  await boss.work(QUEUE, options, async (jobs) => {
    await Promise.all(jobs.map((job) => run(job.data)));
  });
}

export async function producer() {
  const boss = await open();
  return async (jobs) => {
    for (let at = 0; at < jobs.length; at += BATCH) {
      await boss.insert(
        QUEUE,
        jobs.slice(at, at + BATCH).map((data) => ({ data })),
      );
    }
  };
}
