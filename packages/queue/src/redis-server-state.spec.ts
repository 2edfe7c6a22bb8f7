import { type RedisServer, startRedis, waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connectProducer, type RedisClient } from './connection.js';
import { readRedisServer } from './redis-server-state.js';

let redis: RedisServer;
let client: RedisClient;

beforeEach(async () => {
  redis = await startRedis({ config: { maxmemory: '100mb' } });
  client = connectProducer(redis.url, () => {});
  await waitFor(() => client.status === 'ready');
});
afterEach(async () => {
  client.disconnect();
  await redis.stop();
});

describe('readRedisServer', () => {
  it('tells what the server has, keeps and does', async () => {
    const state = await readRedisServer(client, 'p');
    expect(state).toMatchObject({
      runId: expect.stringMatching(/^[0-9a-f]{40}$/),
      memoryMax: 100 * 1024 * 1024,
      aofEnabled: true,
      aofLastWriteOk: true,
      aofPendingFsyncs: 0,
      replicas: 0,
      evictedKeys: 0,
    });
    expect(state.memoryUsed).toBeGreaterThan(100_000);
    expect(state.clients).toBeGreaterThanOrEqual(1);
    await client.set('p:x', '1');
    const later = await readRedisServer(client, 'p');
    expect(later.commandsTotal).toBeGreaterThan(state.commandsTotal);
    expect(later.cpuSeconds).toBeGreaterThanOrEqual(state.cpuSeconds);
  });

  it('sees what is changed while it runs, and that it was started anew', async () => {
    const before = await readRedisServer(client, 'p');
    await redis.call('CONFIG', 'SET', 'appendonly', 'no');
    expect((await readRedisServer(client, 'p')).aofEnabled).toBe(false);
    await redis.kill();
    await redis.restart();
    const after = await waitFor(() => readRedisServer(client, 'p'));
    expect(after.runId).not.toBe(before.runId);
    expect(after.aofEnabled).toBe(true);
  });

  it('rejects when nobody answers', async () => {
    await redis.kill();
    await expect(readRedisServer(client, 'p')).rejects.toThrow();
  });
});
