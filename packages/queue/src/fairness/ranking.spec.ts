import { type RedisCluster, type RedisServer, startCluster, testPrefix, waitFor } from '@dts/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { keyPrefix } from '../connection.js';
import { type Opened, open, submission, work } from '../fixtures/open.js';
import { Lanes } from '../lanes/lanes.js';
import { ARRIVAL_PRIORITY, ARRIVALS_FROM, RANKED_FROM } from './line.js';
import { Ranking } from './ranking.js';
import { RankingTicker } from './ranking-ticker.js';

let opened: Opened;
let ranking: Ranking;

beforeEach(async () => {
  opened = await open();
  ranking = new Ranking(opened.redis, opened.prefix);
});
afterEach(() => opened[Symbol.dispose]());

const key = (type: string) => opened.queues.io.toKey(type);

/** Stores jobs as arrivals, and ranks them: an id for each, `tenant-n`, in the order given. */
async function arrive(shares: readonly string[]): Promise<string[]> {
  const jobs = shares.map((share) => ({
    name: 'x',
    data: { payload: null, tenant: '' },
    opts: { ...arrival(share), jobId: newId(share) },
  }));
  await opened.queues.io.addBulk(jobs);
  await ranking.rank('io');
  return jobs.map(({ opts }) => opts.jobId);
}

const arrival = (share: string) => ({ priority: ARRIVAL_PRIORITY, share });
let count = 0;
const newId = (share: string) => `${share.replace(':', '_')}-${count++}`;
const times = <T>(n: number, value: T): T[] => Array(n).fill(value);

/** Takes who is first in line, as BullMQ does. */
async function fetch(n = 1): Promise<string[]> {
  const popped = await opened.redis.zpopmin(key('prioritized'), n);
  return popped.filter((_value, index) => index % 2 === 0);
}
const tenantOf = (id: string) => /^[a-z]*/.exec(id)?.[0] ?? '';
const tenantsOf = (ids: readonly string[]) => ids.map(tenantOf);
const inLine = () => opened.redis.zrange(key('prioritized'), '0', '-1');

describe('a place in line', () => {
  it('is next for a tenant that asks for little, however many wait before it', async () => {
    await arrive(times(2_000, 'acme'));
    for (let round = 0; round < 5; round++) {
      const [own] = await arrive(['globex']);
      expect(await fetch(2)).toContain(own);
      await fetch(100);
    }
  });

  it('is behind the same tenant’s earlier ones', async () => {
    const ids = [...(await arrive(times(300, 'acme'))), ...(await arrive(times(3, 'acme')))];
    expect(await inLine()).toEqual(ids);
  });

  it('is taken in turns by tenants that wait', async () => {
    await arrive([...times(50, 'acme'), ...times(50, 'globex')]);
    for (let turn = 0; turn < 50; turn++) expect(tenantsOf(await fetch(2)).sort()).toEqual(['acme', 'globex']);
  });

  it('is no better for one that was away', async () => {
    await arrive(times(100, 'acme'));
    await fetch(50);
    await arrive(times(100, 'globex'));
    const next = tenantsOf(await fetch(40));
    expect(Math.abs(next.filter((tenant) => tenant === 'acme').length - 20)).toBeLessThanOrEqual(1);
  });

  it('starts anew once nobody waits', async () => {
    await arrive(times(500, 'acme'));
    await fetch(500);
    const [id = ''] = await arrive(['acme']);
    expect(await opened.redis.zscore(key('prioritized'), id)).toBe(String(RANKED_FROM));
  });

  it('comes after jobs that an earlier version stored with a priority, and before none of them', async () => {
    const old = await Promise.all([2, 10].map((priority) => opened.queues.io.add('x', { payload: null, tenant: 'acme' }, { priority })));
    const ids = await arrive(['acme']);
    expect(await inLine()).toEqual([...old.map(({ id }) => id), ...ids]);
  });

  it('is given whatever else has arrived: without a share, with one that cannot be read, without a job', async () => {
    await opened.redis.zadd(key('prioritized'), ARRIVALS_FROM, 'nobody');
    await opened.redis.hset(key('broken'), 'opts', '{"share":');
    await opened.redis.zadd(key('prioritized'), ARRIVALS_FROM, 'broken');
    await opened.queues.io.add('x', { payload: null, tenant: 'acme' }, { priority: ARRIVAL_PRIORITY, jobId: 'foreign' });
    await arrive([...times(300, 'acme'), 'acme:99']);
    expect(await opened.redis.zcount(key('prioritized'), ARRIVALS_FROM, '+inf')).toBe(0);
    expect(await opened.redis.zcard(key('prioritized'))).toBe(304);
  });

  it('is given by many at once, once each', async () => {
    const other = new Ranking(opened.redis, opened.prefix);
    const jobs = times(1_000, 0).map((_, index) => ({
      name: 'x',
      data: { payload: null, tenant: 'acme' },
      opts: { ...arrival('acme'), jobId: `job-${1_000 + index}` },
    }));
    await opened.queues.io.addBulk(jobs);
    await Promise.all(times(4, 0).flatMap(() => [ranking.rank('io'), other.rank('io')]));
    expect(await inLine()).toEqual(jobs.map(({ opts }) => opts.jobId));
  });
});

describe('priorities', () => {
  it('order the jobs of their tenant', async () => {
    const low = await arrive(times(3, 'acme:9'));
    const high = await arrive(times(2, 'acme:2'));
    const [urgent] = await arrive(['acme']);
    expect((await inLine()).slice(0, 2)).toContain(urgent);
    const order = await inLine();
    expect(order.indexOf(high[1] as string)).toBeLessThan(order.indexOf(low[2] as string));
    expect([order.filter((id) => low.includes(id)), order.filter((id) => high.includes(id))]).toEqual([low, high]);
  });

  it('do not let a lower one wait for ever', async () => {
    const [low = ''] = await arrive(['acme:10']);
    await arrive(times(100, 'acme'));
    expect((await inLine()).indexOf(low)).toBeLessThan(2);
  });

  it('take nothing from other tenants', async () => {
    await arrive(times(20, 'globex'));
    await arrive(times(20, 'acme'));
    const [own] = await arrive(['globex:10']);
    await arrive(times(40, 'acme'));
    const order = await inLine();
    expect(tenantsOf(order.slice(0, 40)).filter((tenant) => tenant === 'globex')).toHaveLength(20);
    expect(order.indexOf(own as string)).toBeLessThan(44);
  });

  it('are paid for: a tenant that had its urgent jobs early has the others later', async () => {
    await arrive(times(10, 'acme:5'));
    await arrive(times(10, 'acme'));
    await arrive(times(40, 'globex'));
    await arrive(times(10, 'acme:5'));
    const first = tenantsOf(await fetch(60));
    expect(first.slice(0, 25).filter((tenant) => tenant === 'globex').length).toBeGreaterThanOrEqual(8);
    expect(first.slice(30, 40)).toEqual(times(10, 'globex'));
  });
});

describe('weights', () => {
  const TENANTS = ['acme', 'globex', 'initech'] as const;

  it('share the queue, whoever comes when: by Goyal’s bound, in every interval in which two tenants wait', async () => {
    const weight = fc.integer({ min: 1, max: 100 });
    const step = fc.record({ tenant: fc.constantFrom(...TENANTS), jobs: fc.integer({ min: 1, max: 30 }), fetched: fc.nat(30) });
    const steps = fc.array(step, { minLength: 1, maxLength: 12 });
    await fc.assert(fc.asyncProperty(fc.tuple(weight, weight, weight), steps, play), { numRuns: 25 });
  }, 60_000);

  /** Lets jobs come and go, and compares what each pair of tenants has had while both waited. */
  async function play(weights: number[], steps: { tenant: string; jobs: number; fetched: number }[]): Promise<void> {
    await opened.redis.del(key('prioritized'), key('tags'));
    await opened.redis.hset(`${opened.prefix}:weights`, Object.fromEntries(TENANTS.map((tenant, index) => [tenant, weights[index] ?? 1])));
    const waiting = new Map<string, number>(TENANTS.map((tenant) => [tenant, 0]));
    const pairs = TENANTS.flatMap((a, i) =>
      TENANTS.slice(i + 1).map((b) => new Rivalry(a, b, weights[i] ?? 1, weights[TENANTS.indexOf(b)] ?? 1)),
    );
    for (const { tenant, jobs, fetched } of steps) {
      await arrive(times(jobs, tenant));
      waiting.set(tenant, (waiting.get(tenant) ?? 0) + jobs);
      for (const served of tenantsOf(await fetch(fetched))) {
        waiting.set(served, (waiting.get(served) ?? 0) - 1);
        for (const pair of pairs) pair.observe(served, waiting);
      }
    }
    for (const pair of pairs) expect(pair.widest).toBeLessThanOrEqual(pair.bound + 1e-6);
  }
});

/** What two tenants have had of the queue, by their weights, over each interval in which both wait. */
class Rivalry {
  widest = 0;
  readonly bound: number;
  private difference = 0;
  private low = 0;
  private high = 0;

  constructor(
    private readonly a: string,
    private readonly b: string,
    private readonly weightA: number,
    private readonly weightB: number,
  ) {
    this.bound = 1 / weightA + 1 / weightB;
  }

  /** @param waiting how many are left of each tenant: where that is none, the interval is over */
  observe(served: string, waiting: ReadonlyMap<string, number>): void {
    if (served === this.a) this.difference += 1 / this.weightA;
    if (served === this.b) this.difference -= 1 / this.weightB;
    this.low = Math.min(this.low, this.difference);
    this.high = Math.max(this.high, this.difference);
    this.widest = Math.max(this.widest, this.high - this.low);
    if (!waiting.get(this.a) || !waiting.get(this.b)) this.difference = this.low = this.high = 0;
  }
}

describe('whoever comes back', () => {
  const place = async (id: string) => Number(await opened.redis.zscore(key('prioritized'), id));

  it('takes its place among the others, though nobody tells of it', async () => {
    await arrive(times(500, 'acme'));
    const { job } = await opened.jobs.submit(submission({ tenant: 'globex', options: { delay: 60_000 } }));
    await (await opened.queues.io.getJob(job.id))?.promote();
    expect(await place(job.id)).toBeGreaterThanOrEqual(ARRIVALS_FROM);
    const ticker = new RankingTicker(opened.redis, opened.prefix, ranking, new Lanes(opened.redis, opened.prefix));
    ticker.start();
    await waitFor(async () => (await place(job.id)) < ARRIVALS_FROM, { describe: 'the ticker to rank it' });
    ticker.stop();
    expect((await inLine()).slice(0, 2)).toContain(job.id);
  });

  it.each([0, 1])('is no sooner for a retry, after %p ms', async (delay) => {
    const options = { attempts: 2, backoff: { type: 'fixed', delay } } as const;
    const { job } = await opened.jobs.submit(submission({ options }));
    let runs = 0;
    const run = async () => {
      if (runs++ === 0) throw new Error('again');
    };
    await using _worker = work(opened, run, { settings: { backoffStrategy: () => delay } });
    await waitFor(async () => (await opened.jobs.get(job.id)).state === 'completed');
    expect(await opened.redis.hget(key(job.id), 'priority')).toBe(String(ARRIVAL_PRIORITY));
  });
});

describe('on a cluster', () => {
  let cluster: RedisCluster | RedisServer;
  beforeAll(async () => {
    cluster = await startCluster();
  }, 60_000);
  afterAll(() => cluster?.stop());

  it('ranks as on one server', async () => {
    using there = await open(cluster.url, keyPrefix(cluster.url, testPrefix()));
    for (let n = 0; n < 5; n++) await there.jobs.submit(submission());
    const { job } = await there.jobs.submit(submission({ tenant: 'globex' }));
    const line = () => there.redis.zrange(there.queues.io.toKey('prioritized'), '0', '-1');
    await waitFor(async () => (await line()).indexOf(job.id) < 2, { describe: 'the other tenant to be next' });
  });
});
