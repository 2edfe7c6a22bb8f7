import { testPrefix, testRedisUrl, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectWorker, type RedisClient } from './connection.js';
import { type WorkerInfo, WorkerRegistry } from './worker-registry.js';

const info = (id: string): WorkerInfo => ({
  id,
  host: 'h',
  pid: 1,
  version: '1.2.3',
  queues: [{ queue: 'io', slots: 10, busy: 2 }],
  eventLoopDelayMs: 3,
  memoryBytes: 1_000,
  startedAt: 1,
  heartbeatAt: 2,
  draining: false,
});

describe('WorkerRegistry', () => {
  const prefix = testPrefix();
  let redis: RedisClient;
  let registry: WorkerRegistry;

  beforeAll(() => {
    redis = connectWorker(testRedisUrl(), () => undefined);
    registry = new WorkerRegistry(redis, prefix);
  });
  afterAll(() => redis.disconnect());

  it('knows who has told of itself', async () => {
    await registry.beat(info('b'));
    await registry.beat(info('a'));
    expect(await registry.list()).toEqual([info('a'), info('b')]);
  });

  it('keeps who is there still, and nobody who is not', async () => {
    await redis.pexpire(`${prefix}:worker:b`, 5_000);
    expect([await registry.keep('b'), await registry.keep('nobody')]).toEqual([true, false]);
    expect(await redis.pttl(`${prefix}:worker:b`)).toBeGreaterThan(5_000);
  });

  it('forgets who takes leave', async () => {
    await registry.leave('a');
    expect((await registry.list()).map(({ id }) => id)).toEqual(['b']);
  });

  it('forgets within ten seconds who is not heard of any more', async () => {
    const ttl = await redis.pttl(`${prefix}:worker:b`);
    expect(ttl).toBeGreaterThan(0);
    expect(ttl).toBeLessThanOrEqual(10_000);
    await redis.pexpire(`${prefix}:worker:b`, 1);
    await waitFor(async () => (await registry.list()).length === 0);
    expect(await redis.smembers(`${prefix}:workers`)).toEqual([]);
  });

  it.each([
    ['no JSON', '{'],
    ['JSON of something else', '{"id":"c"}'],
  ])('lists the others when an entry is %s', async (_what, entry) => {
    await registry.beat(info('a'));
    await redis.sadd(`${prefix}:workers`, 'c');
    await redis.set(`${prefix}:worker:c`, entry, 'PX', 10_000);
    expect((await registry.list()).map(({ id }) => id)).toEqual(['a']);
  });

  it("goes by Redis's clock: a worker's own may be a day off", async () => {
    const [early, late] = [info('a'), info('b')].map((worker, index) => ({
      ...worker,
      heartbeatAt: Date.now() + (index * 2 - 1) * 86_400_000,
    }));
    await Promise.all([registry.beat(early as WorkerInfo), registry.beat(late as WorkerInfo)]);
    expect((await registry.list()).map(({ id }) => id)).toEqual(['a', 'b']);
  });
});
