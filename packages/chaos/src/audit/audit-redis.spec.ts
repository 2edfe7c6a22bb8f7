import { startCluster, startSentinel, testPrefix, testRedisUrl } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Cluster, Redis } from 'ioredis';
import type { LedgerContents } from '../ledger/read-ledger.js';
import { connectRedis } from '../redis/connect.js';
import { auditRedis } from './audit-redis.js';

const NOTHING = {
  shared: new Map<string, Set<string>>(),
  schedules: new Map<string, string>(),
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
    await redis.unlink('none', ...(await redis.keys(`${prefix}:*`)));
    await redis.quit();
  });

  const store = (id: string, fields: object = {}) =>
    redis.hset(root + id, { name: 'http.request', data: `{"payload":{"url":"http://x/run/key-${id}"}}`, timestamp: 1, ...fields });
  const ledger = (...ids: string[]): LedgerContents => ({ acknowledged: new Map(ids.map((id) => [id, `key-${id}`])), ...NOTHING });
  const auditOf = (...ids: string[]) =>
    auditRedis({ url: testRedisUrl(), prefix, ledger: ledger(...ids), isComplete: true, lockMs: AT_ONCE });

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

  it('finds parents for which no child is left to end, on whatever queue', async () => {
    await Promise.all(['stuck', 'gone', 'waits'].map((id) => store(id)));
    await Promise.all([store('done', { finishedOn: 2 }), store('runs')]);
    await redis.zadd(`${root}waiting-children`, 1, 'stuck', 1, 'gone', 1, 'waits');
    await redis.zadd(`${root}completed`, 1, 'done');
    await redis.lpush(`${root}wait`, 'runs');
    await redis.sadd(`${root}stuck:dependencies`, `${root}done`);
    await redis.sadd(`${root}waits:dependencies`, `${root}done`, `${root}runs`);
    const { findings } = await auditOf('stuck', 'gone', 'waits', 'done', 'runs');
    const stuck = findings.filter(({ kind }) => kind === 'parent-stuck').map(({ id }) => id);
    expect(stuck.sort()).toEqual(['gone', 'stuck']);
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

  it('reads a cluster, where the apps give the prefix a hash tag', async () => {
    const cluster = await startCluster();
    const client = connectRedis(cluster.url) as Cluster;
    try {
      const tagged = `{${prefix}}`;
      await client.hset(`${tagged}:io:a`, { data: '{"payload":{"url":"http://x/run/key-a"}}', timestamp: 1 });
      await client.lpush(`${tagged}:io:wait`, 'a');
      await client.zadd(`${tagged}:schedules`, 0, 't/s');
      await client.hset(`${tagged}:schedule:t/s`, 'state', '{"paused":false,"next":1}');
      const { findings, counts } = await auditRedis({
        url: cluster.url,
        prefix,
        ledger: ledger('a', 'gone'),
        isComplete: true,
        lockMs: AT_ONCE,
      });
      expect(findings.map(({ kind, id }) => `${kind} ${id}`)).toEqual(['lost gone', 'schedule-without-next-run t/s']);
      expect(counts).toMatchObject({ acknowledged: 2, pending: 1 });
    } finally {
      client.disconnect();
      await cluster.stop();
    }
  });

  it('reads the master that sentinels name', async () => {
    const group = await startSentinel({ replicas: 1 });
    try {
      await group.data.master.call('LPUSH', `${root}wait`, 'ghost');
      const { findings } = await auditRedis({ url: group.url, prefix, ledger: ledger(), isComplete: true, lockMs: AT_ONCE });
      expect(findings).toContainEqual(expect.objectContaining({ kind: 'ghost', id: 'ghost' }));
    } finally {
      await group.stop();
    }
  });
});
