import { existsSync } from 'node:fs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { type RedisServer, startRedis } from './redis-server.js';
import { testPrefix, testRedisUrl } from './test-redis.js';

let server: RedisServer | undefined;
let client: Redis | undefined;

afterEach(async () => {
  client?.disconnect();
  await server?.stop();
});

async function start(config?: Record<string, string>): Promise<Redis> {
  server = await startRedis({ config });
  client = new Redis(server.url, { maxRetriesPerRequest: null, retryStrategy: () => 20, commandTimeout: 200 });
  client.on('error', () => {}); // killed and paused on purpose
  return client;
}

describe('startRedis', () => {
  it('is as durable as production asks for, unless told otherwise', async () => {
    const redis = await start({ appendfsync: 'everysec' });
    await expect(redis.config('GET', 'appendonly', 'save', 'maxmemory-policy', 'appendfsync')).resolves.toEqual(
      expect.arrayContaining(['appendonly', 'yes', 'save', '', 'maxmemory-policy', 'noeviction', 'appendfsync', 'everysec']),
    );
  });

  it('keeps port and data over kill and restart, with another pid', async () => {
    const redis = await start();
    const { pid, url } = server as RedisServer;
    await redis.set('job', 'kept');
    await server?.kill();
    expect(() => server?.pid).toThrow('Redis is not running');
    await server?.restart();
    expect(server?.url).toBe(url);
    expect(server?.pid).not.toBe(pid);
    await expect(redis.get('job')).resolves.toBe('kept');
  });

  it('answers nothing while paused, and goes on after', async () => {
    const redis = await start();
    await redis.ping();
    server?.pause();
    await expect(redis.ping()).rejects.toThrow('Command timed out');
    server?.resume();
    await expect(redis.ping()).resolves.toBe('PONG');
  });

  it('deletes its data when stopped', async () => {
    await start();
    const dir = server?.dir ?? '';
    expect(existsSync(dir)).toBe(true);
    await server?.stop();
    expect(existsSync(dir)).toBe(false);
  });

  it('tells what Redis said about a setting that it refuses', async () => {
    await expect(startRedis({ config: { appendfsync: 'sometimes' } })).rejects.toThrow(/Redis ended at its start; [\s\S]*appendfsync/);
  });
});

describe('the Redis of the run', () => {
  it('answers, and every test has a prefix of its own', async () => {
    client = new Redis(testRedisUrl());
    await expect(client.ping()).resolves.toBe('PONG');
    expect(testPrefix()).not.toBe(testPrefix());
  });
});
