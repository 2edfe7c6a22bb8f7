import { Logger, makeWorkerUtils, run as start } from 'graphile-worker';
import { run } from './jobs.mjs';

const BATCH = 1_000;
const { POSTGRES_URL } = process.env;
const logger = new Logger(() => () => {});
/** As "Performance" in its documentation has it. */
const batching = (concurrency) => ({
  localQueue: { size: Math.max(500, concurrency + 1) },
  completeJobBatchDelay: 0,
  failJobBatchDelay: 0,
});

export async function work(concurrency, mode) {
  const worker = { connectionString: POSTGRES_URL, concurrentJobs: concurrency, maxPoolSize: Math.min(concurrency + 1, 40) };
  const preset = { worker: { ...worker, ...(mode === 'batched' && batching(concurrency)), logger } };
  await start({ preset, taskList: { job: (payload) => run(payload) } });
}

export async function producer() {
  const utils = await makeWorkerUtils({ connectionString: POSTGRES_URL, logger });
  return async (jobs) => {
    for (let at = 0; at < jobs.length; at += BATCH) {
      await utils.addJobs(jobs.slice(at, at + BATCH).map((payload) => ({ identifier: 'job', payload })));
    }
  };
}
