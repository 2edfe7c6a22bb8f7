import { randomUUID } from 'node:crypto';
import { waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { encodeAttempt } from '../attempt.js';
import { DeadLetters } from '../dead-letters/dead-letters.js';
import { bury, placesOf, workOn } from '../fixtures/dying.js';
import { FlowBench, job } from '../fixtures/flow-bench.js';
import { type Opened, open, submission } from '../fixtures/open.js';
import { idOf, storeInSet } from '../fixtures/placed-jobs.js';
import { EarlyEnds, type EndCounts } from './early-ends.js';
import { Retention } from './retention.js';
import { RetentionTicker } from './retention-ticker.js';

const EXPIRED = { code: 'expired', message: 'No attempt was to start after noon.' };
const HOUR = 3_600_000;
const KEPT = { ageMs: 24 * HOUR, count: 1_000 };
const TOMORROW = () => Date.now() + KEPT.ageMs + 1_000;

let opened: Opened;

beforeEach(async () => {
  opened = await open();
});
afterEach(() => opened[Symbol.dispose]());

const retention = (kept = KEPT) => new Retention(opened.queues, opened.redis, opened.prefix, kept);
const counts = (): Promise<EndCounts> => new EarlyEnds(opened.queues, opened.redis).count('io');
const failed = () => opened.redis.zcard(opened.queues.io.toKey('failed'));
const isGone = (id: string) =>
  opened.jobs.get(id).then(
    () => false,
    (error) => error.code === 'job-not-found',
  );

/** Cancelled before it ran, and taken note of by the worker that came by only if there is one. */
async function cancel(changes = {}): Promise<string> {
  const { job: submitted } = await opened.jobs.submit(submission(changes));
  await opened.jobs.cancel(submitted.id);
  await using _worker = workOn('io', opened, async () => 'fine');
  await waitFor(async () => (await opened.jobs.get(submitted.id)).finishedAt !== null);
  return submitted.id;
}

const expire = async (changes = {}) => (await bury(opened, [changes], EXPIRED))[0] as string;
const die = async (changes = {}) => (await bury(opened, [changes]))[0] as string;

/** Many at once, by when they ended. */
async function store(key: string, end: 'cancelled' | 'expired' | 'dead', finishedOn: number): Promise<string> {
  const error = { code: end === 'expired' ? 'expired' : 'timeout', message: 'too late' };
  const line = encodeAttempt({ number: 1, startedAt: 1, finishedAt: 2, worker: 'w', error });
  const failedReason = end === 'cancelled' ? 'cancelled' : error.message;
  return storeInSet(opened, 'failed', finishedOn, { key, fields: { finishedOn, failedReason, stacktrace: JSON.stringify([line]) } });
}

describe('what the failed set holds', () => {
  it('is counted by its kind: by what workers have noted, and what they have not', async () => {
    await Promise.all([cancel(), cancel()]);
    await expire();
    await die();
    expect(await counts()).toEqual({ dead: 4, cancelled: 0, expired: 0 });
    expect(await retention().tend()).toBe(false);
    expect(await counts()).toEqual({ dead: 1, cancelled: 2, expired: 1 });
  });

  it('is told apart by a worker at once', async () => {
    const ends = new EarlyEnds(opened.queues, opened.redis);
    for (const id of [await cancel(), await expire(), await die()]) {
      const stored = await opened.queues.io.getJob(id);
      if (stored) await ends.noteFailed('io', stored);
    }
    expect(await counts()).toEqual({ dead: 1, cancelled: 1, expired: 1 });
  });

  it('is looked through a stretch at a time, round and round', async () => {
    for (let index = 0; index < 230; index++) await store(`job-${index}`, index % 2 ? 'cancelled' : 'dead', Date.now() + index);
    const seen: number[] = [];
    for (let step = 0; step < 3; step++) {
      await retention().tend();
      seen.push((await counts()).cancelled);
    }
    expect(seen).toEqual([50, 100, 115]);
    await store('early', 'expired', Date.now() - HOUR);
    await retention().tend();
    expect(await counts()).toMatchObject({ cancelled: 115, expired: 1 });
  });

  it('is right again when a job is retried, in the same step', async () => {
    const id = await cancel();
    await retention().tend();
    await new DeadLetters(opened.queues, opened.redis, opened.prefix, opened.jobs).retry(id);
    expect(await counts()).toEqual({ dead: 0, cancelled: 0, expired: 0 });
    expect(await retention().tend(TOMORROW())).toBe(false);
    expect(await opened.jobs.get(id)).toMatchObject({ state: 'waiting', redrives: 1 });
  });
});

describe('after a day', () => {
  it('cancelled and expired jobs are gone with all that was kept of them, and dead ones are not', async () => {
    const [cancelled, expired, dead] = [await cancel(), await expire(), await die()];
    for (const id of [cancelled, expired]) await (await opened.queues.io.getJob(id))?.log('a line');
    await retention().tend(Date.now() + KEPT.ageMs - 60_000);
    expect(await Promise.all([cancelled, expired, dead].map(isGone))).toEqual([false, false, false]);
    await retention().tend(TOMORROW());
    expect(await Promise.all([cancelled, expired, dead].map(isGone))).toEqual([true, true, false]);
    for (const id of [cancelled, expired]) {
      expect([await opened.redis.keys(`${opened.prefix}:*${id}*`), await placesOf(opened, 'io', id)]).toEqual([[], []]);
    }
    expect(await counts()).toEqual({ dead: 1, cancelled: 0, expired: 0 });
  });

  it('their keys say what they were as long as they are remembered', async () => {
    const [forCancelled, forExpired] = [randomUUID(), randomUUID()];
    const ids = [await cancel({ idempotencyKey: forCancelled }), await expire({ idempotencyKey: forExpired })];
    const before = await Promise.all(ids.map((id) => opened.jobs.get(id)));
    await retention().tend(TOMORROW());
    const again = (idempotencyKey: string) => opened.jobs.submit(submission({ idempotencyKey }));
    for (const [index, key] of [forCancelled, forExpired].entries()) {
      const { id, state, error, finishedAt } = before[index] ?? {};
      expect(await isGone(String(id))).toBe(true);
      await expect(again(key)).resolves.toMatchObject({ outcome: 'replayed', job: { id, state, error, finishedAt } });
    }
    expect(before.map(({ state }) => state)).toEqual(['cancelled', 'expired']);
  });

  it('a dead job stays, also when it is held for another', async () => {
    const dead = await die();
    await opened.redis.zadd(opened.queues.io.toKey('cancelled'), 1, dead);
    await retention().tend(TOMORROW());
    expect(await opened.jobs.get(dead)).toMatchObject({ state: 'dead' });
    expect(await counts()).toEqual({ dead: 1, cancelled: 0, expired: 0 });
  });

  it('what is not there any more is forgotten', async () => {
    const id = await cancel();
    await retention().tend();
    await opened.queues.io.remove(id);
    await retention().tend(TOMORROW());
    expect(await counts()).toEqual({ dead: 0, cancelled: 0, expired: 0 });
  });

  it('many go a hundred at a time, the oldest first', async () => {
    for (let index = 0; index < 150; index++) await store(`job-${index}`, 'cancelled', 1_000 + index);
    const old = retention();
    // The first step takes note of a hundred, and removes them.
    expect([await old.tend(), await failed()]).toEqual([true, 50]);
    expect(await Promise.all([idOf('job-99'), idOf('job-100')].map(isGone))).toEqual([true, false]);
    expect([await old.tend(), await failed()]).toEqual([false, 0]);
  });
});

describe('more than are kept', () => {
  it('are removed, the oldest first', async () => {
    const now = Date.now();
    for (let index = 0; index < 10; index++) {
      await store(`cancelled-${index}`, 'cancelled', now + index);
      await store(`dead-${index}`, 'dead', now + index);
    }
    await retention({ ...KEPT, count: 3 }).tend(now);
    expect(await counts()).toEqual({ dead: 10, cancelled: 3, expired: 0 });
    expect(await opened.redis.zrange(opened.queues.io.toKey('cancelled'), '0', '-1')).toEqual(
      [7, 8, 9].map((at) => idOf(`cancelled-${at}`)),
    );
  });
});

describe('a job of a flow', () => {
  let bench: FlowBench;

  beforeEach(async () => {
    bench = new FlowBench(await open(opened.url, opened.prefix)).start();
  });
  afterEach(() => bench[Symbol.asyncDispose]());

  it('stays as long as its parent is kept, which tells of it, and goes after it', async () => {
    const { id } = await bench.submit(job('root', { children: [job('expires', { onFailure: 'ignore' })] }));
    const ended = await bench.untilEnded(id);
    const child = ended.root.children[0]?.job.id ?? '';
    await retention().tend(TOMORROW());
    expect(await bench.flows.get(id)).toEqual(ended);
    await opened.queues.io.remove(id, { removeChildren: false });
    await retention().tend(TOMORROW() + 2 * HOUR);
    expect(await isGone(child)).toBe(true);
  });

  it('is not in the way of others that are too many', async () => {
    const { id } = await bench.submit(job('root', { children: [job('expires', { onFailure: 'ignore' })] }));
    await bench.untilEnded(id);
    for (let index = 0; index < 5; index++) await store(`later-${index}`, 'expired', Date.now() + 60_000 + index);
    const strict = retention({ ...KEPT, count: 1 });
    for (let step = 0; step < 6; step++) await strict.tend(Date.now() + 120_000);
    expect(await bench.flows.get(id)).toMatchObject({ state: 'completed', root: { children: [{ job: { state: 'expired' } }] } });
    expect((await counts()).expired).toBe(1);
  });
});

describe('RetentionTicker', () => {
  it('does it by itself, in one of any number of gateways', async () => {
    const errors: Error[] = [];
    const day = Date.now() - 24 * HOUR;
    const old = [await store('a', 'cancelled', day - 60_000), await store('b', 'expired', day - 60_000)];
    const others = [await store('c', 'cancelled', day + HOUR), await store('d', 'dead', 1)];
    const tickers = [1, 2].map(() => new RetentionTicker(opened.queues, opened.redis, opened.prefix, (error) => errors.push(error)));
    for (const ticker of tickers) ticker.start();
    await waitFor(async () => (await Promise.all(old.map(isGone))).every(Boolean));
    await Promise.all(tickers.map((ticker) => ticker.stop()));
    expect(await Promise.all(others.map(isGone))).toEqual([false, false]);
    expect(errors).toEqual([]);
  });
});
