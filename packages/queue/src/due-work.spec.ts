import { type RedisCluster, type RedisServer, startCluster, startRedis, testPrefix, waitFor } from '@dts/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { connectProducer, keyPrefix, type RedisClient } from './connection.js';
import { readDueWork } from './due-work.js';
import { openQueues, type Queues } from './queues.js';

const ignore = () => undefined;
const DATA = { payload: null, tenant: 't' };

describe.each([
  ['one server', () => startRedis()],
  ['a cluster', () => startCluster()],
] as const)('readDueWork on %s', (_name, start) => {
  let server: RedisServer | RedisCluster;
  let prefix: string;
  let redis: RedisClient;
  let queues: Queues;

  beforeAll(async () => {
    server = await start();
  }, 60_000);
  afterAll(() => server?.stop());

  beforeEach(async () => {
    prefix = keyPrefix(server.url, testPrefix());
    redis = connectProducer(server.url, ignore);
    queues = openQueues(redis, prefix, ignore);
    await waitFor(() => redis.status === 'ready');
  });
  afterEach(() => redis.disconnect());

  const read = (now?: number) => readDueWork(redis, prefix, 'io', now);

  it('counts what could start: waiting, prioritized, and delayed once their time has come', async () => {
    expect(await read()).toEqual({ jobs: 0 });
    await queues.io.addBulk([
      { name: 'x', data: DATA },
      { name: 'x', data: DATA, opts: { priority: 3 } },
      { name: 'x', data: DATA, opts: { delay: 60_000 } },
    ]);
    expect(await read()).toEqual({ jobs: 2 });
    expect(await read(Date.now() + 61_000)).toEqual({ jobs: 3 });
  });

  it('says what holds the queue', async () => {
    await queues.io.setGlobalConcurrency(1);
    expect(await read()).toEqual({ jobs: 0 });
    await redis.lpush(queues.io.toKey('active'), 'some-job');
    expect(await read()).toMatchObject({ held: 'at its limit' });
    await redis.del(queues.io.toKey('active'));
    await queues.io.setGlobalRateLimit(6, 60_000);
    await redis.set(queues.io.toKey('limiter'), 5, 'PX', 60_000);
    expect(await read()).not.toHaveProperty('held', 'rate limited');
    await redis.incr(queues.io.toKey('limiter'));
    expect(await read()).toMatchObject({ held: 'rate limited' });
    await queues.io.pause();
    expect(await read()).toMatchObject({ held: 'paused' });
  });

  it('fails where Redis does not tell', async () => {
    await redis.set(`${prefix}:io:wait`, 'not a list');
    await expect(read()).rejects.toThrow('WRONGTYPE');
  });
});
