import { randomUUID } from 'node:crypto';
import type { QueueName } from '@dts/jobs';
import { waitFor } from '@dts/testkit';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { bury, death, placesOf, workOn } from '../fixtures/dying.js';
import { type Opened, open, submission } from '../fixtures/open.js';
import type { StoredJob } from '../job-record.js';
import { type Found, Redriver } from './redriver.js';

let opened: Opened;
let redriver: Redriver;
const all: Opened[] = [];

beforeEach(async () => {
  opened = await open();
  all.push(opened);
  redriver = new Redriver(opened.queues, opened.redis, opened.prefix);
});
afterAll(() => {
  for (const each of all) each[Symbol.dispose]();
});

const keyOf = (id: string) => opened.queues.io.toKey(id);
const hashOf = (id: string) => opened.redis.hgetall(keyOf(id));
async function stored(id: string): Promise<StoredJob> {
  const job = await opened.queues.io.getJob(id);
  if (!job) throw new Error(`${id} is not stored`);
  return job;
}
const redrive = async (id: string, found?: Found) => redriver.redrive('io', await stored(id), found);
const buryOne = async (options = {}) => (await bury(opened, [{ options }]))[0] as string;

/** All keys of a queue as they are, but for what differs from job to job. */
async function dump(queue: QueueName, id: string): Promise<Record<string, unknown>> {
  const { redis } = opened;
  const key = (type: string) => opened.queues[queue].toKey(type);
  const hash: Record<string, unknown> = await redis.hgetall(key(id));
  for (const own of ['timestamp', 'stacktrace', 'delay', 'opts']) delete hash[own];
  const events = await redis.xrevrange(key('events'), '+', '-', 'COUNT', 1);
  return {
    hash,
    places: await placesOf(opened, queue, id),
    score: Math.trunc(Number((await redis.zscore(key('prioritized'), id)) ?? 0) / 2 ** 32),
    marker: await redis.zrange(key('marker'), '0', '-1'),
    event: events[0]?.[1].filter((text) => text !== id),
  };
}

describe('a redriven job', () => {
  it.each([
    ['', {}, async () => {}],
    [' with a priority', { priority: 7 }, async () => {}],
    [' of a paused queue', {}, () => opened.queues.io.pause()],
  ])('is where BullMQ itself would have put it%s', async (_what, options, prepare) => {
    const [theirs, ours] = await bury(opened, [{ options }, { options }]);
    await prepare();
    await opened.redis.del(opened.queues.io.toKey('marker'));
    await (await stored(theirs as string)).retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
    const expected = await dump('io', theirs as string);
    await opened.redis.del(opened.queues.io.toKey('marker'));
    expect(await redrive(ours as string)).toBe('redriven');
    expect(await dump('io', ours as string)).toEqual(expected);
  });

  it('is not held back by what it did before: stalls, starts, a wish to cancel it', async () => {
    const id = await buryOne();
    await opened.redis.hset(keyOf(id), { stc: 3, 'dts:starts': 3 });
    await opened.redis.sadd(`${opened.prefix}:cancelling`, `io:${id}`);
    expect(await redrive(id)).toBe('redriven');
    for (const field of ['stc', 'dts:starts', 'atm', 'ats', 'finishedOn']) expect(Object.keys(await hashOf(id))).not.toContain(field);
    expect(await opened.redis.exists(`${opened.prefix}:cancelling`)).toBe(0);
  });

  it('keeps its attempts on record, and counts anew', async () => {
    const id = await buryOne({ attempts: 3 });
    await redrive(id);
    expect(await opened.jobs.get(id)).toMatchObject({
      state: 'waiting',
      attemptsMade: 0,
      redrives: 1,
      error: null,
      startedAt: null,
      finishedAt: null,
    });
    await using _worker = workOn('io', opened, (job) => Promise.reject(death(job)));
    await expectSoon(id, { state: 'dead', attemptsMade: 1, redrives: 1, error: { code: 'http-status' } });
    const { attempts } = await opened.jobs.get(id);
    expect(attempts.map(({ number, error }) => [number, error?.code])).toEqual([
      [1, 'http-status'],
      [1, 'http-status'],
    ]);
  });

  it('runs although the time by which it was to start is over, and keeps one that is to come', async () => {
    const startBy = Date.now() + 3_600_000;
    const [past, future] = (await bury(opened, [{ options: { startBy } }, { options: { startBy } }])) as [string, string];
    await opened.redis.hset(keyOf(past), 'data', JSON.stringify({ ...(await stored(past)).data, startBy: 1 }));
    await Promise.all([redrive(past), redrive(future)]);
    expect((await stored(past)).data).toEqual({ payload: submission().payload, tenant: 'acme' });
    expect((await stored(future)).data).toEqual({ payload: submission().payload, tenant: 'acme', startBy });
  });

  it('is redriven once, however many try at the same time', async () => {
    const id = await buryOne();
    const others = await Promise.all([1, 2, 3].map(() => open(opened.url, opened.prefix)));
    const job = await stored(id);
    const outcomes = await Promise.all(
      others.flatMap(({ queues, redis, prefix }) => [1, 2].map(() => new Redriver(queues, redis, prefix).redrive('io', job))),
    );
    expect(outcomes.toSorted()).toEqual([...Array(5).fill('changed'), 'redriven']);
    expect(await placesOf(opened, 'io', id)).toEqual(['waiting']);
    for (const other of others) other[Symbol.dispose]();
  });
});

describe('a job that was cancelled', () => {
  it.each([
    ['waits', {}, ['waiting']],
    ['is scheduled', { delay: 60_000 }, ['waiting']],
  ])('while it %s is taken back where it stands, before a worker has come by', async (_what, options, places) => {
    const { job } = await opened.jobs.submit(submission({ options }));
    await opened.redis.hset(keyOf(job.id), 'defa', 'cancelled');
    expect(await redrive(job.id)).toBe('redriven');
    expect(await opened.jobs.get(job.id)).toMatchObject({ state: 'waiting', redrives: 1 });
    expect(await placesOf(opened, 'io', job.id)).toEqual(places);
  });

  it('and is being run is left to its worker', async () => {
    const { job } = await opened.jobs.submit(submission());
    await opened.redis.hset(keyOf(job.id), 'defa', 'cancelled');
    await opened.redis.set(`${keyOf(job.id)}:lock`, 'token', 'PX', 60_000);
    expect(await redrive(job.id)).toBe('changed');
    expect(await hashOf(job.id)).toMatchObject({ defa: 'cancelled' });
  });
});

describe('what is not dead', () => {
  it('stays as it is', async () => {
    const { job } = await opened.jobs.submit(submission());
    const before = await hashOf(job.id);
    expect(await redrive(job.id)).toBe('changed');
    expect(await hashOf(job.id)).toEqual(before);
    const waiting = await stored(job.id);
    await opened.redis.del(keyOf(job.id));
    expect(await redriver.redrive('io', waiting)).toBe('missing');
    expect(await opened.redis.exists(keyOf(job.id))).toBe(0);
  });
});

describe('in the name of an operation', () => {
  const found = (finishedAt: number, token = 4): Found => ({
    fence: { key: `${opened.prefix}:operation:${OPERATION}`, id: OPERATION, token },
    finishedAt,
  });
  const OPERATION = `op-${randomUUID()}`;
  const hold = () => opened.redis.hset(`${opened.prefix}:operation:${OPERATION}`, { token: 4 });
  const done = () => opened.redis.hget(`${opened.prefix}:operation:${OPERATION}`, 'done');
  const endOf = async (id: string) => Number((await stored(id)).finishedOn);

  it('it is counted in the same step, and only whoever has the turn may do it', async () => {
    await hold();
    const id = await buryOne();
    const end = await endOf(id);
    expect(await redrive(id, found(end, 3))).toBe('fenced');
    expect(await placesOf(opened, 'io', id)).toEqual(['failed']);
    expect(await redrive(id, found(end))).toBe('redriven');
    expect(await redrive(id, found(end))).toBe('changed');
    expect(await done()).toBe('1');
  });

  it('one that died again is not redriven again, whatever clocks say', async () => {
    await hold();
    const id = await buryOne();
    await redrive(id, found(await endOf(id)));
    await using _worker = workOn('io', opened, (job) => Promise.reject(death(job)));
    await expectSoon(id, { state: 'dead' });
    expect(await redrive(id, found(await endOf(id)))).toBe('changed');
    expect(await done()).toBe('1');
    expect(await redrive(id)).toBe('redriven');
  });

  it('one that has changed since it was read is left alone', async () => {
    await hold();
    const id = await buryOne();
    expect(await redrive(id, found((await endOf(id)) - 1))).toBe('changed');
    expect(await done()).toBeNull();
  });
});

async function expectSoon(id: string, shape: object): Promise<void> {
  await waitFor(async () => {
    expect(await opened.jobs.get(id)).toMatchObject(shape);
    return true;
  });
}
