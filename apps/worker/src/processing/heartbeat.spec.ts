import { connectWorker, type RedisClient, WorkerRegistry } from '@dts/queue';
import { type RedisServer, startRedis, testPrefix, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Heartbeat } from './heartbeat.js';

const ignore = () => undefined;
/** Three heartbeats and some. */
const SOON = { timeoutMs: 15_000 };

describe('Heartbeat', () => {
  const prefix = testPrefix();
  let server: RedisServer;
  let redis: RedisClient;
  let heartbeat: Heartbeat;

  beforeAll(async () => {
    server = await startRedis();
    redis = connectWorker(server.url, ignore);
    heartbeat = new Heartbeat({ id: 'w', host: 'h' }, redis, prefix, () => ({
      queues: [{ queue: 'io', slots: 3, busy: 1 }],
      draining: false,
    }));
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  it('is heard from the first one on, and tells what it was told', async () => {
    expect(heartbeat.isHeard).toBe(false);
    heartbeat.start();
    await waitFor(() => heartbeat.isHeard);
    const [worker] = await new WorkerRegistry(redis, prefix).list();
    expect(worker).toMatchObject({ id: 'w', pid: process.pid, queues: [{ queue: 'io', slots: 3, busy: 1 }], draining: false });
  });

  it('is not heard by a Redis that is full, nor by one that hangs, and is again after that', async () => {
    await server.call('CONFIG', 'SET', 'maxmemory', 1);
    await waitFor(() => !heartbeat.isHeard, SOON);
    await server.call('CONFIG', 'SET', 'maxmemory', 0);
    await waitFor(() => heartbeat.isHeard, SOON);
    server.pause();
    try {
      await waitFor(() => !heartbeat.isHeard, SOON);
    } finally {
      server.resume();
    }
    await waitFor(() => heartbeat.isHeard, SOON);
  }, 60_000);

  it('takes its worker off the list when it stops', async () => {
    await heartbeat.stop();
    expect(await new WorkerRegistry(redis, prefix).list()).toEqual([]);
  });
});
