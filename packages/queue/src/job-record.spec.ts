import { testPrefix, testRedisUrl, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UnrecoverableError } from 'bullmq';
import { encodeAttempt, type JobError } from './attempt.js';
import { type Opened, open, submission, work } from './fixtures/open.js';
import { jobIdFor } from './job-id.js';
import { type JobRecord, type StoredJob, waitingSince } from './job-record.js';

let opened: Opened;

beforeAll(async () => {
  opened = await open();
});
afterAll(() => opened[Symbol.dispose]());

/** Fails a job as the executor does: the attempt's record in place of the stack. */
function failure(job: StoredJob, error: JobError, retryInMs?: number, ErrorClass: new (message: string) => Error = Error): Error {
  const thrown = new ErrorClass(error.message);
  const startedAt = job.processedOn ?? 0;
  thrown.stack = encodeAttempt({ number: job.attemptsMade + 1, startedAt, finishedAt: startedAt + 5, worker: 'w1', error, retryInMs });
  return thrown;
}

/** Submits a job, runs it once, and reads it when it has reached the state. */
async function run(
  state: JobRecord['state'],
  body: (job: StoredJob) => Promise<unknown>,
  attempts = 1,
  delay?: number,
): Promise<JobRecord> {
  const { job } = await opened.jobs.submit(submission({ options: { attempts, backoff: { type: 'fixed', delay: 60_000 }, delay } }));
  await using _worker = work(opened, body, { name: 'w1', settings: { backoffStrategy: () => 60_000 } });
  return await waitFor(async () => {
    const record = await opened.jobs.get(job.id);
    return record.state === state && record;
  });
}

describe('a job reads as', () => {
  it('active while it runs, with the attempt that runs', async () => {
    let finish = () => {};
    const blocked = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const { job } = await opened.jobs.submit(submission());
    await using _worker = work(opened, () => blocked, { name: 'w1' });
    const record = await waitFor(async () => {
      const current = await opened.jobs.get(job.id);
      return current.state === 'active' && current.startedAt !== null && current;
    });
    finish();
    expect(record).toMatchObject({
      finishedAt: null,
      attemptsMade: 0,
      attempts: [{ number: 1, finishedAt: null, worker: 'w1', error: null }],
    });
  });

  it('completed, with its result and the attempt that succeeded', async () => {
    const record = await run('completed', async () => ({ status: 200 }));
    expect(record).toMatchObject({ result: { status: 200 }, error: null, attemptsMade: 1 });
    expect(record.attempts).toEqual([{ number: 1, startedAt: record.startedAt, finishedAt: record.finishedAt, worker: 'w1', error: null }]);
  });

  it('completed although the handler returned nothing', async () => {
    await expect(run('completed', async () => undefined)).resolves.toMatchObject({ result: null, error: null });
  });

  it('scheduled between two attempts, with the failed one', async () => {
    const error = { code: 'http-status', message: 'answered 503' };
    const record = await run('scheduled', (job) => Promise.reject(failure(job, error, 60_000)), 2);
    expect(record).toMatchObject({
      attemptsMade: 1,
      attemptsMax: 2,
      finishedAt: null,
      error,
      attempts: [{ number: 1, worker: 'w1', error }],
    });
  });

  it.each([
    ['dead', 'http-status'],
    ['cancelled', 'cancelled'],
    ['expired', 'expired'],
  ] as const)('%s when it ended with the code %s', async (state, code) => {
    const error = { code, message: 'told why' };
    const record = await run(state, (job) => Promise.reject(failure(job, error, undefined, UnrecoverableError)), 5);
    expect(record).toMatchObject({ result: null, error, attempts: [{ number: 1, error }] });
    expect(record.finishedAt).toBeGreaterThanOrEqual(Number(record.startedAt));
  });

  it('dead for what BullMQ itself ended, whatever the last attempt said', async () => {
    const { job } = await opened.jobs.submit(submission());
    const stored = await opened.queues.io.getJob(job.id);
    if (!stored) throw new Error('not stored');
    stored.stacktrace = [
      encodeAttempt({ number: 1, startedAt: 1, finishedAt: 2, worker: 'w', error: { code: 'cancelled', message: 'earlier' } }),
    ];
    await opened.redis.hset(opened.queues.io.toKey(job.id), {
      stacktrace: JSON.stringify(stored.stacktrace),
      failedReason: 'job stalled more than allowable limit',
      finishedOn: Date.now(),
    });
    const record = await opened.jobs.get(job.id);
    expect(record).toMatchObject({ state: 'dead', error: { code: 'stalled', message: 'job stalled more than allowable limit' } });
  });

  it('ended when its hash says so, although its state was read before', async () => {
    const { job } = await opened.jobs.submit(submission());
    await opened.redis.hset(opened.queues.io.toKey(job.id), {
      returnvalue: '7',
      finishedOn: 1_800_000_000_000,
      processedOn: 1_799_999_999_000,
    });
    await expect(opened.jobs.get(job.id)).resolves.toMatchObject({ state: 'completed', result: 7, finishedAt: 1_800_000_000_000 });
  });

  it('waiting while its queue is paused, and when it has a priority', async () => {
    const paused = await open(testRedisUrl(), testPrefix());
    await paused.queues.io.pause();
    const { job } = await paused.jobs.submit(submission());
    const { job: urgent } = await opened.jobs.submit(submission({ options: { priority: 7 } }));
    await expect(paused.jobs.get(job.id)).resolves.toMatchObject({ state: 'waiting', priority: 1 });
    await expect(opened.jobs.get(urgent.id)).resolves.toMatchObject({ state: 'waiting', priority: 7 });
    paused[Symbol.dispose]();
  });

  it('of the priority with which an earlier version stored it', async () => {
    const id = jobIdFor('io', 'acme');
    await opened.queues.io.add('http.request', { payload: {}, tenant: 'acme' }, { jobId: id, priority: 7 });
    await expect(opened.jobs.get(id)).resolves.toMatchObject({ state: 'waiting', priority: 7 });
  });
});

describe('a job waits since', () => {
  const at = (opts: object, finishedAt?: number) => {
    const attempt = {
      number: 1,
      startedAt: 1,
      finishedAt: finishedAt ?? 0,
      worker: 'w1',
      error: { code: 'c', message: 'm' },
      retryInMs: 10,
    };
    return waitingSince({ timestamp: 1_000, opts, stacktrace: finishedAt === undefined ? [] : [encodeAttempt(attempt)] });
  };

  it('its time has come, or that of its next attempt; before the first one of a parent nobody knows', () => {
    expect([at({}), at({ delay: 50 }), at({ delay: 50 }, 2_000)]).toEqual([1_000, 1_050, 2_010]);
    expect([at({ children: 2 }), at({ children: 2 }, 2_000)]).toEqual([undefined, 2_010]);
  });
});
