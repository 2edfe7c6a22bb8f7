import { type RedisCluster, startCluster, testPrefix, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { keyPrefix } from '../connection.js';
import { open, submission } from '../fixtures/open.js';
import { Play } from '../fixtures/play.js';
import { TenantLimitsStore } from './tenant-limits.js';

describe('on a cluster', () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await startCluster();
  }, 60_000);
  afterAll(() => cluster?.stop());

  it('jobs run in the order of their key and within the limits of their tenant', async () => {
    using opened = await open(cluster.url, keyPrefix(cluster.url, testPrefix()));
    await using play = new Play(opened);
    const limits = new TenantLimitsStore(opened.redis, opened.prefix);
    await limits.put('acme', { weight: 2, concurrency: { io: 2 }, rate: { io: { max: 100, per: 1_000 } } });
    expect(await limits.get('acme')).toMatchObject({ weight: 2, concurrency: { io: 2 } });
    const ids: string[] = [];
    for (const orderingKey of ['a', 'a', 'b', 'c']) ids.push((await opened.jobs.submit(submission({ options: { orderingKey } }))).job.id);
    const order: string[] = [];
    await waitFor(async () => {
      await play.tick();
      const running = [await play.start(), await play.start(), await play.start()].filter((job) => job !== undefined);
      expect(running.length).toBeLessThanOrEqual(2);
      for (const job of running) {
        order.push(job.id ?? '');
        await play.complete(job);
      }
      return order.length === 4;
    });
    expect([...order].sort()).toEqual([...ids].sort());
    expect(order.indexOf(ids[0] as string)).toBeLessThan(order.indexOf(ids[1] as string));
  }, 30_000);
});
