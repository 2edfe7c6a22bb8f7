import { createSignal, startRedis, waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { encodeAttempt } from './attempt.js';
import { Ranking } from './fairness/ranking.js';
import { type Opened, open, submission, work } from './fixtures/open.js';
import { QueueInspector } from './queue-inspector.js';

let opened: Opened;
let inspector: QueueInspector;

beforeEach(async () => {
  opened = await open();
  inspector = new QueueInspector(opened.queues, opened.redis);
});
afterEach(() => opened[Symbol.dispose]());

const submit = async (options = {}) => (await opened.jobs.submit(submission({ options }))).job;
const snapshot = (horizonMs = 0, now?: number) => inspector.snapshot('io', horizonMs, now);

describe('QueueInspector', () => {
  it('sees nothing in an empty queue', async () => {
    const now = Date.now();
    await expect(snapshot(0, now)).resolves.toEqual({
      queue: 'io',
      at: now,
      waiting: 0,
      parked: 0,
      active: 0,
      delayed: 0,
      delayedDue: 0,
      waitingChildren: 0,
      completed: 0,
      dead: 0,
      cancelled: 0,
      expired: 0,
      paused: false,
      oldestWaitingMs: null,
      finishedTotal: 0,
    });
    await expect(inspector.snapshots(0)).resolves.toHaveLength(3);
  });

  it('counts jobs with a priority among those that wait', async () => {
    await Promise.all([submit(), submit({ priority: 2 }), submit({ priority: 9 })]);
    await expect(snapshot()).resolves.toMatchObject({ waiting: 3, active: 0 });
  });

  it('counts the jobs of a paused queue, and says that it is paused', async () => {
    await submit();
    await opened.queues.io.pause();
    await submit();
    await expect(snapshot()).resolves.toMatchObject({ waiting: 2, paused: true, oldestWaitingMs: expect.any(Number) });
    await opened.queues.io.resume();
    await expect(snapshot()).resolves.toMatchObject({ waiting: 2, paused: false });
  });

  it('tells of delayed jobs which fall due within the horizon', async () => {
    const delays = [1_000, 1_000, 5_000, 60_000];
    const jobs = await Promise.all(delays.map((delay) => submit({ delay })));
    const now = Math.max(...jobs.map(({ submittedAt }) => submittedAt));
    await expect(snapshot(0, now)).resolves.toMatchObject({ waiting: 0, delayed: 4, delayedDue: 0, oldestWaitingMs: null });
    await expect(snapshot(1_000, now)).resolves.toMatchObject({ delayedDue: 2 });
    await expect(snapshot(5_000, now)).resolves.toMatchObject({ delayedDue: 3 });
    await expect(snapshot(0, now + 70_000)).resolves.toMatchObject({ delayedDue: 4 });
  });

  it('counts what runs, what has died and what has ever finished', async () => {
    const running = createSignal('running');
    const finish = createSignal('finish');
    const bodies = [
      async () => undefined,
      () => Promise.reject(new Error('no')),
      async () => {
        running.set();
        await finish.wait();
      },
    ];
    for (const _ of bodies) await submit({ attempts: 1 });
    await using _worker = work(opened, async () => bodies.shift()?.(), { metrics: { maxDataPoints: 10 } });
    await running.wait();
    await waitFor(async () => (await snapshot()).finishedTotal === 2, { describe: 'two to finish' });
    await expect(snapshot()).resolves.toMatchObject({ waiting: 0, active: 1, dead: 1, finishedTotal: 2 });
    finish.set();
    await waitFor(async () => (await snapshot()).finishedTotal === 3, { describe: 'the last one to finish' });
  });

  it('throws when Redis does not answer: unknown is not empty', async () => {
    const server = await startRedis();
    const away = await open(server.url);
    await server.stop();
    await expect(new QueueInspector(away.queues, away.redis).snapshot('io', 0)).rejects.toThrow();
    away[Symbol.dispose]();
  });
});

describe('the age of the oldest job', () => {
  it('is that of the one that came first', async () => {
    const first = await submit();
    await submit();
    await expect(snapshot(0, first.submittedAt + 9_000)).resolves.toMatchObject({ oldestWaitingMs: 9_000 });
  });

  it('is that of one that is not next in line', async () => {
    for (let n = 0; n < 3; n++) await submit();
    await new Ranking(opened.redis, opened.prefix).rank('io');
    const oldest = (await opened.jobs.submit(submission({ tenant: 'globex' }))).job;
    await opened.redis.hset(opened.queues.io.toKey(oldest.id), 'timestamp', oldest.submittedAt - 60_000);
    await expect(snapshot(0, oldest.submittedAt)).resolves.toMatchObject({ oldestWaitingMs: 60_000 });
  });

  it('looks at jobs that an earlier version stored, and at those that were handed back', async () => {
    const first = await submit({ priority: 5 });
    await submit();
    await opened.queues.io.add('http.request', { payload: {}, tenant: 'acme' }, { jobId: 'old', timestamp: first.submittedAt - 1_000 });
    await expect(snapshot(0, first.submittedAt + 9_000)).resolves.toMatchObject({ waiting: 3, oldestWaitingMs: 10_000 });
  });

  it('leaves out the delay that was asked for', async () => {
    const job = await submit({ delay: 3_600_000 });
    await (await opened.queues.io.getJob(job.id))?.promote();
    await expect(snapshot(0, job.submittedAt + 3_605_000)).resolves.toMatchObject({ waiting: 1, oldestWaitingMs: 5_000 });
  });

  it('leaves out the backoff before a retry', async () => {
    const job = await submit();
    const failed = {
      number: 1,
      startedAt: job.submittedAt,
      finishedAt: job.submittedAt + 1_000,
      worker: 'w',
      error: { code: 'c', message: 'm' },
    };
    const stacktrace = JSON.stringify([encodeAttempt({ ...failed, retryInMs: 60_000 })]);
    await opened.redis.hset(opened.queues.io.toKey(job.id), { stacktrace });
    await expect(snapshot(0, job.submittedAt + 61_000)).resolves.toMatchObject({ oldestWaitingMs: 0 });
    await expect(snapshot(0, job.submittedAt + 66_000)).resolves.toMatchObject({ oldestWaitingMs: 5_000 });
  });
});
