import Queue from 'bee-queue';
import { run } from './jobs.mjs';

const BATCH = 1_000;
const redis = process.env.REDIS_URL;

export async function work(concurrency) {
  const queue = new Queue('bench', { redis, getEvents: false, storeJobs: false });
  queue.process(concurrency, (job) => run(job.data));
  await queue.ready();
}

export async function producer() {
  const queue = new Queue('bench', { redis, isWorker: false, getEvents: false, storeJobs: false });
  await queue.ready();
  return async (jobs) => {
    for (let at = 0; at < jobs.length; at += BATCH) {
      const errors = await queue.saveAll(jobs.slice(at, at + BATCH).map((data) => queue.createJob(data)));
      if (errors.size > 0) throw [...errors.values()][0];
    }
  };
}
