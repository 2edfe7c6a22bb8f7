import { waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DeadSet } from '../dead-letters/dead-set.js';
import { Purger } from '../dead-letters/purger.js';
import { Redriver } from '../dead-letters/redriver.js';
import { bury, death, placesOf, workOn } from '../fixtures/dying.js';
import { type Opened, open } from '../fixtures/open.js';
import { Operating, specOfOperation } from '../fixtures/operating.js';
import type { Operation } from './operation.js';
import { OperationStore, type Turn } from './operation-store.js';
import { type Tools, takeTurn } from './turn.js';

const PATIENTLY = { timeoutMs: 30_000 };

let opened: Opened;
let gateway: Operating;
let store: OperationStore;

beforeEach(async () => {
  opened = await open();
  gateway = new Operating(opened);
  store = new OperationStore(opened.redis, opened.prefix);
});
afterEach(async () => {
  await gateway[Symbol.asyncDispose]();
  opened[Symbol.dispose]();
});

const start = async (changes = {}) => (await gateway.operations.start(specOfOperation(changes))).operation;
const read = (id: string) => gateway.operations.get(id);
const ended = (id: string): Promise<Operation> =>
  waitFor(async () => {
    const operation = await read(id);
    return operation.state !== 'running' && operation;
  }, PATIENTLY);
const waiting = async () => (await opened.queues.io.getWaitingCount()) + (await opened.queues.io.getPrioritizedCount());
const dead = () => opened.redis.zcard(opened.queues.io.toKey('failed'));
const many = (count: number, change = {}) => Array.from({ length: count }, () => change);

/** What one gateway does in a turn, by hand. */
function tools(): Tools {
  const { queues, redis, prefix } = opened;
  return {
    store,
    dead: new DeadSet(queues, redis),
    redriver: new Redriver(queues, redis, prefix),
    purger: new Purger(queues, redis, prefix),
    onJob: () => {},
  };
}

async function take(): Promise<Turn> {
  const turn = await store.take();
  if (typeof turn !== 'object') throw new Error('there is no turn');
  return turn;
}

/** The turn of a gateway that has died is over. */
const expire = (id: string) => opened.redis.zadd(`${opened.prefix}:operations:due`, 0, id);

describe('an operation', () => {
  it('redrives all that its filter means, and nothing else', async () => {
    await bury(opened, many(150)); // more than a turn looks at
    const ids = await bury(opened, many(120, { options: { tags: ['x'] } }));
    const { id } = await start({ filter: { tag: 'x' } });
    gateway.start();
    expect(await ended(id)).toMatchObject({
      state: 'completed',
      toExamine: 270,
      examined: 270,
      matched: 120,
      done: 120,
      skipped: 0,
      failed: 0,
      error: null,
    });
    expect([await waiting(), await dead()]).toEqual([120, 150]);
    expect(await placesOf(opened, 'io', ids[0] as string)).toEqual(['waiting']);
    expect(gateway.changed).toHaveLength(120);
    expect(gateway.ended).toEqual([['redrive', 'completed']]);
  }, 60_000);

  it('purges, of every queue', async () => {
    const thumbnail = {
      name: 'image.thumbnail',
      payload: { sourceUrl: 'http://a.test/x.png', destinationUrl: 'http://a.test/y', width: 9 },
    };
    const ids = await bury(opened, [...many(3), thumbnail]);
    const { id } = await start({ kind: 'purge' });
    gateway.start();
    expect(await ended(id)).toMatchObject({ state: 'completed', done: 4 });
    for (const job of ids) await expect(opened.jobs.get(job)).rejects.toMatchObject({ code: 'job-not-found' });
  });

  it('stops at its limit, at those that died first', async () => {
    const ids = await bury(opened, many(1));
    await bury(opened, many(20));
    const { id } = await start({ limit: 1 });
    gateway.start();
    expect(await ended(id)).toMatchObject({ state: 'completed', done: 1, matched: 1 });
    expect(await placesOf(opened, 'io', ids[0] as string)).toEqual(['waiting']);
    expect(await dead()).toBe(20);
  });

  it('is about those that were dead when it was asked for, and not about those that die later', async () => {
    await bury(opened, many(3));
    const { id, createdAt } = await start();
    await waitFor(() => Date.now() > createdAt);
    await bury(opened, many(2));
    gateway.start();
    expect(await ended(id)).toMatchObject({ toExamine: 3, examined: 3, done: 3 });
    expect(await dead()).toBe(2);
  });

  it('takes no job twice that dies again meanwhile', async () => {
    const ids = await bury(opened, many(150));
    await using _worker = workOn('io', opened, (job) => Promise.reject(death(job)));
    const { id } = await start();
    gateway.start();
    expect(await ended(id)).toMatchObject({ state: 'completed', done: 150 });
    await waitFor(async () => (await dead()) === 150, PATIENTLY);
    const records = await Promise.all(ids.map((job) => opened.jobs.get(job)));
    expect(new Set(records.map(({ redrives }) => redrives))).toEqual(new Set([1]));
  }, 60_000);

  it('goes no faster than its rate, by the clock of Redis', async () => {
    await bury(opened, many(30));
    const { id } = await start({ ratePerSecond: 20 });
    gateway.start();
    const { createdAt, finishedAt, done } = await ended(id);
    expect(done).toBe(30);
    // A rate is saved up from the start on, so the last job may go when all but it have been paid for.
    expect(Number(finishedAt) - createdAt).toBeGreaterThanOrEqual((1_000 * 29) / 20);
  });

  it('with a rate of less than one a second comes to its first job, too', async () => {
    await bury(opened, many(2));
    const { id } = await start({ ratePerSecond: 0.7, limit: 1 });
    gateway.start();
    expect(await ended(id)).toMatchObject({ state: 'completed', done: 1 });
  });

  it('that was cancelled changes nothing more', async () => {
    await bury(opened, many(40));
    const { id } = await start({ ratePerSecond: 10 });
    gateway.start();
    await waitFor(async () => (await read(id)).done > 0, PATIENTLY);
    const { done } = await gateway.operations.cancel(id);
    const turn = await store.take();
    expect(typeof turn).not.toBe('object');
    expect(await read(id)).toMatchObject({ state: 'cancelled', done });
    expect([await waiting(), await dead()]).toEqual([done, 40 - done]);
  });
});

describe('several gateways', () => {
  it('carry one out together: each job once', async () => {
    await bury(opened, many(450));
    const others = await Promise.all([1, 2].map(() => open(opened.url, opened.prefix)));
    const gateways = [gateway, ...others.map((other) => new Operating(other))].map((each) => each.start());
    const ids = [(await start({ limit: 150 })).id, (await start()).id];
    const operations = await Promise.all(ids.map(ended));
    expect(operations.reduce((sum, { done }) => sum + done, 0)).toBe(450);
    expect(gateways.reduce((sum, { changed }) => sum + changed.length, 0)).toBe(450);
    expect([await waiting(), await dead()]).toEqual([450, 0]);
    for (const each of gateways) await each[Symbol.asyncDispose]();
    for (const other of others) other[Symbol.dispose]();
  }, 60_000);

  it('make up for one that died between a change and what it had to save', async () => {
    await bury(opened, many(120));
    const { id } = await start();
    const dying: Tools = {
      ...tools(),
      store: Object.assign(Object.create(store) as OperationStore, { save: () => Promise.reject(new Error('killed')) }),
    };
    await expect(takeTurn(dying, await take())).rejects.toThrow('killed');
    expect(await read(id)).toMatchObject({ state: 'running', done: 100, examined: 0 });
    await expire(id);
    gateway.start();
    expect(await ended(id)).toMatchObject({ state: 'completed', done: 120, skipped: 0 });
    expect([await waiting(), await dead()]).toEqual([120, 0]);
  });

  it('stop one whose turn is over, which then changes nothing', async () => {
    await bury(opened, many(5));
    const { id } = await start();
    const late = await take();
    await expire(id);
    const next = await take();
    expect(next.token).toBeGreaterThan(late.token);
    expect(await takeTurn(tools(), late)).toBe(false);
    expect(await dead()).toBe(5);
    expect(await takeTurn(tools(), next)).toBe(true);
    expect(await read(id)).toMatchObject({ state: 'completed', done: 5 });
  });

  it('find a turn at once that another one has ended before it was stopped', async () => {
    await bury(opened, many(101));
    const { id } = await start();
    gateway.start();
    await gateway[Symbol.asyncDispose]();
    expect(await dead()).toBe(1);
    expect(Number(await opened.redis.zscore(`${opened.prefix}:operations:due`, id))).toBeLessThanOrEqual(Date.now());
    await using other = new Operating(opened).start();
    await waitFor(() => other.ended.length === 1, PATIENTLY);
    expect(await dead()).toBe(0);
  });
});

describe('what is in the way', () => {
  it('of one job does not stop the others', async () => {
    const [bad] = await bury(opened, many(5));
    await opened.redis.del(`${opened.queues.io.toKey(bad as string)}:unsuccessful`);
    await opened.redis.set(`${opened.queues.io.toKey(bad as string)}:unsuccessful`, 'of the wrong type');
    const { id } = await start();
    gateway.start();
    expect(await ended(id)).toMatchObject({ state: 'completed', matched: 5, done: 4, failed: 1 });
    expect(await placesOf(opened, 'io', bad as string)).toEqual(['failed']);
  });

  it('of all for long ends the operation, and says why', async () => {
    const [bad] = await bury(opened, many(1));
    await opened.redis.hset(opened.queues.io.toKey(bad as string), 'data', 'not JSON');
    const { id } = await start();
    await opened.redis.hset(`${opened.prefix}:operation:${id}`, 'failures', 49);
    gateway.start();
    expect(await ended(id)).toMatchObject({
      state: 'failed',
      error: { code: 'internal-error', message: expect.stringContaining('no progress') },
    });
    expect(gateway.errors).toHaveLength(1);
    expect(gateway.ended).toEqual([['redrive', 'failed']]);
  });
});
