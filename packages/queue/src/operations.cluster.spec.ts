// What operators use, through a cluster: its scripts touch several keys, which must be on one server.
import { type RedisCluster, startCluster, testPrefix } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuditLog } from './audit-log.js';
import { keyPrefix } from './connection.js';
import { Opened } from './fixtures/open.js';
import { QueueControl } from './queue-control.js';
import { QueueOverview } from './queue-overview.js';
import { QueueCounters } from './statistics/queue-counters.js';
import { StatisticsWriter } from './statistics/statistics-writer.js';
import { WorkerRegistry } from './worker-registry.js';

let cluster: RedisCluster;
let opened: Opened;

beforeAll(async () => {
  cluster = await startCluster();
  opened = await new Opened(cluster.url, keyPrefix(cluster.url, testPrefix())).ready();
});
afterAll(async () => {
  opened[Symbol.dispose]();
  await cluster.stop();
});

describe('through a cluster', () => {
  it('queues are paused, limited and told, with what was counted and who serves them', async () => {
    const { queues, redis, prefix } = opened;
    const control = new QueueControl(queues, redis);
    const counters = new QueueCounters();
    counters.ended('io', 'completed', 10, 20);
    await new StatisticsWriter(counters, redis, prefix).flush();
    await new WorkerRegistry(redis, prefix).beat({
      id: 'w',
      host: 'h',
      pid: 1,
      version: '1.2.3',
      queues: [{ queue: 'io', slots: 5, busy: 1 }],
      eventLoopDelayMs: 0,
      memoryBytes: 0,
      startedAt: 0,
      heartbeatAt: 0,
      draining: false,
    });
    const limits = { concurrency: 3, rate: { max: 10, per: 1_000 } };
    await control.pause('io');
    await control.setLimits('io', limits);
    expect(await new QueueOverview(queues, redis, prefix, control).get('io')).toMatchObject({
      snapshot: { paused: true },
      limits,
      statistics: { runMs: { p50: expect.closeTo(20, 0) } },
      workers: 1,
      slots: 5,
      busy: 1,
    });
  });

  it('the audit log is written and read', async () => {
    const log = new AuditLog(opened.redis, opened.prefix, undefined, 2);
    for (const target of ['1', '2', '3']) {
      const id = await log.append({ keyId: 'k', tenant: 't', action: 'a', target, details: {}, requestId: 'r' });
      await log.conclude(id, 'done');
    }
    expect((await log.list(5)).items.map(({ target, outcome }) => `${target} ${outcome}`)).toEqual(['3 done', '2 done']);
  });
});
