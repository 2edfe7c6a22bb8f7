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
    await expect(findWeakSettings(opened.redis, opened.prefix, 'synced')).resolves.toEqual([]);
    await expect(findWeakSettings(opened.redis, opened.prefix, 'fast')).resolves.toEqual([]);
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
    await expect(findWeakSettings(opened.redis, opened.prefix, 'synced')).resolves.toEqual(lines('synced', synced));
    await expect(findWeakSettings(opened.redis, opened.prefix, 'fast')).resolves.toEqual(lines('fast', fast));
  });

  it('asks as much for replicated as for synced', async () => {
    await opened.redis.config('SET', 'appendfsync', 'everysec');
    const needs = 'Redis has appendfsync everysec; DURABILITY=replicated needs always';
    await expect(findWeakSettings(opened.redis, opened.prefix, 'replicated')).resolves.toEqual([needs]);
  });

  it('where CONFIG is kept from it, names what it cannot see and what INFO tells it', async () => {
    await opened.redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await opened.redis.call('ACL', 'SETUSER', 'default', '-config');
    const found = await findWeakSettings(opened.redis, opened.prefix, 'synced').finally(() =>
      opened.redis.call('ACL', 'SETUSER', 'default', '+config'),
    );
    expect(found).toEqual([
      expect.stringMatching(/^Redis does not tell appendfsync \(CONFIG GET is refused: NOPERM.*\); DURABILITY=synced needs always$/),
      expect.stringMatching(/^Redis does not tell no-appendfsync-on-rewrite \(CONFIG GET is refused: NOPERM/),
      'Redis has maxmemory-policy allkeys-lru; DURABILITY=synced needs noeviction',
    ]);
  });

  it('throws when Redis does not answer, rather than call it well', async () => {
    server.pause();
    await expect(findWeakSettings(opened.redis, opened.prefix, 'fast')).rejects.toThrow('timed out');
    server.resume();
  });
});
