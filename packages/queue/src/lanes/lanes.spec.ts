import { waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Opened, open, submission } from '../fixtures/open.js';
import { Play } from '../fixtures/play.js';
import type { StoredJob } from '../job-record.js';
import { PARKED_FROM } from './parked.js';
import { type TenantLimits, TenantLimitsStore } from './tenant-limits.js';

let opened: Opened;
let play: Play;
let limits: TenantLimitsStore;

beforeEach(async () => {
  opened = await open();
  play = new Play(opened);
  limits = new TenantLimitsStore(opened.redis, opened.prefix);
});
afterEach(async () => {
  await play[Symbol.asyncDispose]();
  opened.admission.stop();
  opened[Symbol.dispose]();
});

const key = (type: string) => opened.queues.io.toKey(type);
const parked = () => opened.redis.zcount(key('delayed'), PARKED_FROM, '+inf');
const lanes = async () => (await Promise.all(['lane:*', '*-lanes'].map((type) => opened.redis.keys(key(type))))).flat();
const idOf = (job: StoredJob | undefined) => job?.id;

/** Submits as a gateway that goes on to its end. */
async function submit(orderingKey?: string, options = {}, tenant = 'acme'): Promise<string> {
  const { job } = await opened.jobs.submit(submission({ tenant, options: { orderingKey, ...options } }));
  await play.tick();
  return job.id;
}

const limit = (changes: Partial<TenantLimits>) => limits.put('acme', { weight: 1, concurrency: null, rate: null, ...changes });
const runToEnd = async () => {
  const order: string[] = [];
  for (let job = await play.start(); job; job = await play.start()) {
    order.push(job.id ?? '');
    await play.complete(job);
  }
  return order;
};

describe('jobs of one ordering key', () => {
  it('run one at a time, in the order of their submission, and wait meanwhile', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.push(await submit('customer-7'));
    expect((await Promise.all(ids.map((id) => opened.jobs.get(id)))).map(({ state }) => state)).toEqual(Array(5).fill('waiting'));
    for (const id of ids) {
      const job = (await play.start()) as StoredJob;
      expect([job.id, await play.start()]).toEqual([id, undefined]);
      await play.complete(job);
    }
    expect([await parked(), await lanes()]).toEqual([0, []]);
  });

  it('come in their order out of a batch, also when it says that one of them twice', async () => {
    const batch = Array.from({ length: 20 }, (_, n) => submission({ options: { orderingKey: 'k' }, idempotencyKey: `batch-${n % 15}` }));
    const outcomes = await opened.jobs.submitMany(batch);
    const ids = outcomes.map((outcome) => ('job' in outcome ? outcome.job.id : ''));
    await play.tick();
    expect(await runToEnd()).toEqual(ids.slice(0, 15));
  });

  it('do not wait for those of another key, queue or tenant', async () => {
    const ids = [await submit('a'), await submit('b'), await submit('a', {}, 'globex'), await submit()];
    const started = [await play.start(), await play.start(), await play.start(), await play.start()].map(idOf);
    expect(started.sort()).toEqual(ids.sort());
  });

  it('wait while the first is tried again', async () => {
    const options = { attempts: 3, backoff: { type: 'fixed', delay: 0 } };
    const [first, second] = [await submit('k', options), await submit('k', options)];
    for (let attempt = 1; attempt <= 3; attempt++) {
      const job = (await play.start()) as StoredJob;
      expect([job.id, await play.start()]).toEqual([first, undefined]);
      await play.fail(job);
      await play.tick();
    }
    expect(idOf(await play.start())).toBe(second);
  });

  it('go on when the first is cancelled while it waits, or removed', async () => {
    const ids = [await submit('k'), await submit('k'), await submit('k'), await submit('k')];
    const first = (await play.start()) as StoredJob;
    await opened.jobs.cancel(ids[1] as string);
    await opened.queues.io.remove(ids[2] as string);
    await play.tick();
    const cancelled = (await play.start()) as StoredJob; // BullMQ's worker fails it at its fetch
    expect([cancelled.id, cancelled.deferredFailure]).toEqual([ids[1], 'cancelled']);
    await play.fail(cancelled);
    await play.complete(first);
    expect(await runToEnd()).toEqual([ids[3]]);
    await opened.redis.zadd(key('lane:k:acme:k'), 5, ids[2] as string); // a minute is over
    await opened.redis.zadd(key('key-lanes'), 0, 'k:acme:k');
    await play.tick();
    expect(await lanes()).toEqual([]);
  });

  it('join when they are due, where they were to start later', async () => {
    const later = await submit('k', { delay: 60_000 });
    expect(await opened.jobs.get(later)).toMatchObject({ state: 'scheduled' });
    const first = (await (async () => {
      await submit('k');
      return play.start();
    })()) as StoredJob;
    await (await opened.queues.io.getJob(later))?.promote();
    await play.tick();
    expect(await opened.jobs.get(later)).toMatchObject({ state: 'waiting' });
    expect(await play.start()).toBeUndefined();
    await play.complete(first);
    expect(idOf(await play.start())).toBe(later);
  });

  it('keep their order when an operator promotes them', async () => {
    const ids = [await submit('k'), await submit('k'), await submit('k')];
    await opened.queues.io.promoteJobs();
    expect(await runToEnd()).toEqual(ids);
  });
});

describe('limits of a tenant', () => {
  it('let as many of its jobs run at once, and others run beside them', async () => {
    await limit({ concurrency: { io: 2 } });
    for (let n = 0; n < 4; n++) await submit();
    const other = await submit(undefined, {}, 'globex');
    const running = [await play.start(), await play.start(), await play.start()] as StoredJob[];
    expect([running.map(idOf).includes(other), await play.start()]).toEqual([true, undefined]);
    await play.complete(running.find(({ id }) => id !== other) as StoredJob);
    expect([idOf(await play.start()) === undefined, idOf(await play.start())]).toEqual([false, undefined]);
  });

  it('count no job that waits for its next attempt', async () => {
    await limit({ concurrency: { io: 1 } });
    const options = { attempts: 2, backoff: { type: 'fixed', delay: 60_000 } };
    const [first, second] = [await submit(undefined, options), await submit(undefined, options)];
    await play.fail((await play.start()) as StoredJob);
    const next = (await play.start()) as StoredJob;
    expect(next.id).toBe(second);
    await (await opened.queues.io.getJob(first))?.promote();
    await play.tick();
    expect(await play.start()).toBeUndefined();
    await play.complete(next);
    expect(idOf(await play.start())).toBe(first);
  });

  it('hold for jobs that waited before there were any', async () => {
    for (let n = 0; n < 3; n++) await submit();
    await limit({ concurrency: { io: 1 } });
    const job = (await play.start()) as StoredJob;
    expect(await play.start()).toBeUndefined();
    await play.complete(job);
    expect(await runToEnd()).toHaveLength(2);
  });

  it('take jobs back that were let go before they were lowered', async () => {
    await limit({ concurrency: { io: 3 } });
    for (let n = 0; n < 4; n++) await submit();
    await limit({ concurrency: { io: 1 } });
    const job = (await play.start()) as StoredJob;
    expect(await play.start()).toBeUndefined();
    await play.complete(job);
    expect(await runToEnd()).toHaveLength(3);
  });

  it('let go what waits when they are raised, or removed', async () => {
    await limit({ concurrency: { io: 1 } });
    opened.admission.start();
    await waitFor(() => opened.admission.isLimited('io', 'acme'));
    await opened.jobs.submitMany(Array.from({ length: 200 }, () => submission()));
    await play.tick();
    await limit({ concurrency: { io: 3 } });
    await play.tick();
    expect([await play.start(), await play.start(), await play.start()].every(Boolean)).toBe(true);
    expect(await play.start()).toBeUndefined();
    await limits.remove('acme');
    await waitFor(async () => {
      await play.tick();
      return (await parked()) === 0;
    });
    expect(await runToEnd()).toHaveLength(197);
  });

  it('let jobs start no faster than the rate', async () => {
    await limit({ rate: { io: { max: 3, per: 600 } } });
    const from = performance.now();
    for (let n = 0; n < 9; n++) await submit();
    const startedAt: number[] = [];
    await waitFor(async () => {
      await play.tick();
      for (let job = await play.start(); job; job = await play.start()) {
        startedAt.push(performance.now());
        await play.complete(job);
      }
      return startedAt.length === 9;
    });
    // Three at once, then one each 200 ms, by Redis's clock, which has whole milliseconds.
    const early = startedAt.filter((at, n) => at - from < (n - 2) * 200 - 2);
    expect(early).toEqual([]);
  });

  it('hold for ordered jobs beside their order', async () => {
    await limit({ concurrency: { io: 1 } });
    const a = [await submit('a'), await submit('a')];
    const b = [await submit('b'), await submit('b')];
    const order = await runToEnd();
    expect([order.filter((id) => a.includes(id)), order.filter((id) => b.includes(id))]).toEqual([a, b]);
    expect([await parked(), await lanes()]).toEqual([0, []]);
  });
});
