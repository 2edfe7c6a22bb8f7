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
});
