import { type RedisServer, startRedis, waitFor } from '@dts/testkit';
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
beforeEach(async () => {
  await opened.redis.config(
    'SET',
    'appendonly',
    'yes',
    'appendfsync',
    'always',
    'no-appendfsync-on-rewrite',
    'no',
    'maxmemory-policy',
    'noeviction',
  );
  await rewritten(server);
});

/** Its append-only file is whole. */
function rewritten(redis: RedisServer): Promise<unknown> {
  return waitFor(async () => (await redis.info('persistence')).get('aof_rewrite_in_progress') === '0', { timeoutMs: 20_000 });
}

/** Microseconds for a key of a rewrite: it lasts until the test has looked. */
const SLOWLY = { 'rdb-key-save-delay': '3000000' };
const FIRST_FILE = 'Redis is writing its first append-only file: a crash before it is done loses everything';

/** Of the test's server, which has one key at least. */
async function becomePromotedReplica(late: RedisServer): Promise<void> {
  await server.call('SET', 'key', 'value');
  await late.call('REPLICAOF', '127.0.0.1', server.port);
  await waitFor(async () => (await late.info('replication')).get('master_link_status') === 'up', { timeoutMs: 10_000 });
  await late.call('REPLICAOF', 'NO', 'ONE');
}

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

  it.each<[string, string, (late: RedisServer) => Promise<unknown>]>([
    ['one is asked for while Redis runs', 'no', (late) => late.call('CONFIG', 'SET', 'appendonly', 'yes')],
    ['a replica was promoted that had just copied its master', 'yes', becomePromotedReplica],
  ])(
    'does not take a file for written that is not there yet: %s',
    async (_how, appendonly, begin) => {
      const late = await startRedis({ config: { appendonly, ...SLOWLY } });
      using there = await open(late.url);
      try {
        await late.call('SET', 'key', 'value');
        await begin(late);
        await expect(findWeakSettings(there.redis, there.prefix, 'synced')).resolves.toEqual([FIRST_FILE]);
        await rewritten(late);
        await expect(findWeakSettings(there.redis, there.prefix, 'synced')).resolves.toEqual([]);
      } finally {
        await late.stop();
      }
    },
    30_000,
  );

  it('throws when Redis does not answer, rather than call it well', async () => {
    server.pause();
    await expect(findWeakSettings(opened.redis, opened.prefix, 'fast')).rejects.toThrow('timed out');
    server.resume();
  });
});
