import { type RedisServer, startRedis } from '@dts/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { findWeakSettings } from './durability.js';
import { type Opened, open } from './fixtures/open.js';

let server: RedisServer;
let opened: Opened;

beforeAll(async () => {
  server = await startRedis();
  opened = await open(server.url);
});
afterAll(async () => {
  opened[Symbol.dispose]();
  await server.stop();
});
beforeEach(() =>
  opened.redis.config(
    'SET',
    'appendonly',
    'yes',
    'appendfsync',
    'always',
    'no-appendfsync-on-rewrite',
    'no',
    'maxmemory-policy',
    'noeviction',
  ),
);

describe('findWeakSettings', () => {
  it('finds nothing on a Redis as it should be', async () => {
    await expect(findWeakSettings(opened.redis, 'synced')).resolves.toEqual([]);
    await expect(findWeakSettings(opened.redis, 'fast')).resolves.toEqual([]);
  });

  it.each([
    ['appendonly', 'no', ['yes'], ['yes']],
    ['appendfsync', 'everysec', ['always'], []],
    ['appendfsync', 'no', ['always'], ['everysec or always']],
    ['no-appendfsync-on-rewrite', 'yes', ['no'], []],
    ['maxmemory-policy', 'allkeys-lru', ['noeviction'], ['noeviction']],
  ])('names %s %s', async (setting, value, synced, fast) => {
    await opened.redis.config('SET', setting, value);
    const lines = (durability: string, needs: string[]) =>
      needs.map((need) => `Redis has ${setting} ${value}; DURABILITY=${durability} needs ${need}`);
    await expect(findWeakSettings(opened.redis, 'synced')).resolves.toEqual(lines('synced', synced));
    await expect(findWeakSettings(opened.redis, 'fast')).resolves.toEqual(lines('fast', fast));
  });

  it('throws when Redis does not answer, rather than call it well', async () => {
    server.pause();
    await expect(findWeakSettings(opened.redis, 'fast')).rejects.toThrow('timed out');
    server.resume();
  });
});
