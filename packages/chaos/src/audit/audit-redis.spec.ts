import { testPrefix, testRedisUrl } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { LedgerContents } from '../ledger/read-ledger.js';
import { auditRedis } from './audit-redis.js';

const NOTHING = {
  resolved: new Set<string>(),
  unresolved: new Set<string>(),
  refused: new Set<string>(),
  abandoned: new Set<string>(),
  unreadable: 0,
};
/** Negative by two checks: one look is enough, nobody moves these jobs. */
const AT_ONCE = -4_000;

describe('auditRedis', () => {
  const prefix = testPrefix();
  const root = `${prefix}:io:`;
  let redis: Redis;

  beforeEach(() => {
    redis = new Redis(testRedisUrl());
  });

  afterEach(async () => {
    await redis.del(...(await redis.keys(`${prefix}:*`)));
    await redis.quit();
  });

  const store = (id: string, fields: object = {}) =>
    redis.hset(root + id, { name: 'http.request', data: `{"payload":{"url":"http://x/run/key-${id}"}}`, timestamp: 1, ...fields });
  const ledger = (...ids: string[]): LedgerContents => ({ acknowledged: new Map(ids.map((id) => [id, `key-${id}`])), ...NOTHING });
  const auditOf = (...ids: string[]) => auditRedis({ url: testRedisUrl(), prefix, ledger: ledger(...ids), lockMs: AT_ONCE });

  it('finds nothing in a queue that is whole, whatever else it keeps', async () => {
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map((id) => store(id, { ats: 1, stc: 2 })));
    await redis.lpush(`${root}wait`, 'a');
    await redis.lpush(`${root}active`, 'b');
    await redis.set(`${root}b:lock`, 'token');
    await redis.zadd(`${root}delayed`, 1, 'c');
    await redis.zadd(`${root}prioritized`, 1, 'd');
    await redis.zadd(`${root}completed`, 1, 'e');
    await redis.hset(`${root}meta`, 'opts.maxLenEvents', 1);
    await redis.hset(`${root}e:logs`, 'x', 1);
    await redis.xadd(`${root}events`, '*', 'event', 'completed');
    const { findings, counts } = await auditOf('a', 'b', 'c', 'd', 'e');
    expect(findings).toEqual([]);
    expect(counts).toMatchObject({ acknowledged: 5, lost: 0, completed: 1, dead: 0, pending: 4, stalls: 10 });
  });

  it('finds every planted damage', async () => {
    await Promise.all(['orphan', 'twice', 'unheld', 'unrun', 'foreign'].map((id) => store(id)));
    await redis.lpush(`${root}wait`, 'ghost', 'twice', 'foreign');
    await redis.lpush(`${root}active`, 'twice', 'unheld');
    await redis.zadd(`${root}failed`, 1, 'unrun');
    const { findings, counts } = await auditOf('gone', 'orphan', 'ghost', 'twice', 'unheld', 'unrun');
    const found = findings.map(({ kind, id }) => `${kind} ${id}`).sort();
    expect(found).toEqual([
      'active-without-lock twice',
      'active-without-lock unheld',
      'dead-without-start unrun',
      'ghost ghost',
      'lost ghost',
      'lost gone',
      'lost orphan',
      'orphan orphan',
      'several-states twice',
      'unaccounted foreign',
      'unbalanced -',
    ]);
    expect(counts).toMatchObject({ acknowledged: 6, lost: 3, dead: 1 });
  });
});
