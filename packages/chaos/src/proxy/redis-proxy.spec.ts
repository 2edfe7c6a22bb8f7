import { testPrefix, testRedisUrl, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { RedisProxy } from './redis-proxy.js';

describe('RedisProxy', () => {
  const key = testPrefix();
  let proxy: RedisProxy;
  let direct: Redis;

  beforeAll(async () => {
    proxy = await RedisProxy.start(Number(new URL(testRedisUrl()).port));
    direct = new Redis(testRedisUrl());
  });

  afterAll(async () => {
    await direct.del(key);
    await direct.quit();
    await proxy.stop();
  });

  it('lets a write through and loses its answer, then lets new connections work', async () => {
    const client = new Redis(proxy.url, { maxRetriesPerRequest: 0, autoResendUnfulfilledCommands: false, retryStrategy: () => 10 });
    client.on('error', () => {});
    expect(await client.set(key, 'before')).toBe('OK');
    proxy.swallowReplies();
    const unanswered = client.set(key, 'after');
    unanswered.catch(() => {});
    await waitFor(async () => (await direct.get(key)) === 'after');
    proxy.cut();
    await expect(unanswered).rejects.toThrow();
    await waitFor(async () => (await client.get(key)) === 'after');
    client.disconnect();
  });
});
