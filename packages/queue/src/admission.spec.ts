import { type RedisServer, startRedis, testPrefix, waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Admission } from './admission.js';
import { connectProducer, type RedisClient } from './connection.js';
import { openQueues, type Queues } from './queues.js';

const ignore = () => undefined;

describe('Admission', () => {
  let server: RedisServer;
  let redis: RedisClient;
  let queues: Queues;
  let admission: Admission;

  beforeEach(async () => {
    server = await startRedis();
    redis = connectProducer(server.url, ignore);
    queues = openQueues(redis, testPrefix(), ignore);
    admission = new Admission(queues, redis, 3);
    await waitFor(() => redis.status === 'ready');
    admission.start();
  });

  afterEach(async () => {
    admission.stop();
    redis.disconnect();
    await server.stop();
  });

  const refusal = (queue: 'io' | 'cpu' = 'io') => admission.refusalOf(queue)?.code;

  it('lets jobs in until a queue holds as many as it may, those to come included, and again when there is room', async () => {
    const data = { payload: null, tenant: 't' };
    await queues.io.addBulk([
      { name: 'x', data },
      { name: 'x', data, opts: { delay: 60_000 } },
    ]);
    expect(refusal()).toBeUndefined();
    await queues.io.add('x', data, { priority: 3 });
    await waitFor(() => refusal() === 'backlog-full');
    expect(refusal('cpu')).toBeUndefined();
    await queues.io.drain(true);
    await waitFor(() => refusal() === undefined);
  });

  it('turns work away while Redis still has room for what it holds', async () => {
    const used = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
    await redis.config('SET', 'maxmemory', Math.round(used / 0.8));
    await waitFor(() => refusal() === 'memory-full');
    await redis.config('SET', 'maxmemory', '0');
    await waitFor(() => refusal() === undefined);
  });

  it('keeps to what it saw while it cannot look', async () => {
    server.pause();
    expect(refusal()).toBeUndefined();
    server.resume();
  });
});
