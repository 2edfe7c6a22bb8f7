import { waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Worker } from 'bullmq';
import { connectWorker, type RedisClient } from '../connection.js';
import { type Opened, open } from '../fixtures/open.js';
import type { JobData } from '../job-data.js';
import { EarlyEnds } from '../retention/early-ends.js';
import { AttemptFailed, JobDead } from './attempt-error.js';
import { EndNotes } from './end-notes.js';
import type { WorkerJob } from './worker-job.js';
import { workerOptions } from './worker-options.js';

describe('EndNotes', () => {
  let opened: Opened;
  let patient: RedisClient;

  beforeEach(async () => {
    opened = await open();
    patient = connectWorker(opened.url, () => undefined);
  });
  afterEach(() => {
    patient.disconnect();
    opened[Symbol.dispose]();
  });

  const submit = async (path: string, delay?: number) => {
    const payload = { url: `http://service.test/${path}` };
    const options = { attempts: 2, delay, backoff: { type: 'fixed', delay: 3_600_000 } } as const;
    return (await opened.jobs.submit({ name: 'http.request', payload, tenant: 'acme', options })).job.id;
  };

  /** Ends as the path says; what is to be tried again comes much later. */
  const run = async ({ data }: WorkerJob, _token?: string, _signal?: AbortSignal) => {
    const code = new URL((data.payload as { url: string }).url).pathname.slice(1);
    const attempt = { number: 1, startedAt: 1, finishedAt: 2, worker: 'w', error: { code, message: code } };
    if (code !== 'completed') throw code === 'retried' ? new AttemptFailed({ ...attempt, retryInMs: 3_600_000 }) : new JobDead(attempt);
  };

  it('tells apart what ended, once it is waited for', async () => {
    const cancelled = await submit('completed', 3_600_000);
    await opened.jobs.cancel(cancelled);
    for (const path of ['completed', 'retried', 'timeout', 'expired', 'cancelled']) await submit(path);
    const ends = new EarlyEnds(opened.queues, opened.redis);
    const notes = new EndNotes(ends);
    const worker = new Worker<JobData, unknown, string>('io', run, {
      ...workerOptions(patient, opened.prefix, 'w', 15_000),
      concurrency: 20,
    });
    worker.on('error', () => undefined);
    let failed = 0;
    worker.on('failed', (job) => {
      if (job) notes.add(job);
      failed++;
    });
    worker.run().catch(() => undefined);
    await waitFor(() => failed === 5);
    await worker.close();
    await notes.settled();
    await expect(ends.count('io')).resolves.toEqual({ dead: 1, cancelled: 2, expired: 1 });
  });
});
