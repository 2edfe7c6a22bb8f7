import { connectProducer, Drains, type RedisClient, type WorkerInfo } from '@dts/queue';
import { createLogger } from '@dts/runtime';
import { type PoolPolicy, parsePolicies } from '@dts/scaling';
import { testPrefix, testRedisUrl, waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LocalProcess } from '../actuator/local-process/local-process.js';
import { Supervisor } from '../actuator/local-process/supervisor.js';
import { PlayedSupervisor } from '../fixtures/played-supervisor.js';
import { workerInfo } from '../fixtures/workers.js';
import { Drainage } from './drainage.js';
import { Leftovers } from './leftovers.js';

const logger = createLogger('test', { LOG_LEVEL: 'silent', LOG_FORMAT: 'json' });
const policies = (pool: string, queues: string, kind = 'local-process'): PoolPolicy[] =>
  parsePolicies(`pools: { ${pool}: { queues: [${queues}], max: 3, target: { kind: ${kind} } } }`);

describe('Leftovers', () => {
  let redis: RedisClient;
  let drains: Drains;
  let played: PlayedSupervisor;
  let supervisor: Supervisor;
  let leftovers: Leftovers;

  beforeEach(async () => {
    redis = connectProducer(testRedisUrl(), () => undefined);
    await waitFor(() => redis.status === 'ready');
    drains = new Drains(redis, testPrefix());
    played = new PlayedSupervisor();
    supervisor = new Supervisor(played);
    leftovers = new Leftovers({
      supervisor,
      logger,
      queuesOf: ({ queues }) => queues.join(),
      openDrainage: () => new Drainage(drains, 60_000),
    });
    await new LocalProcess({ pool: 'io', queues: 'io' }, supervisor).scale({ replicas: 2, leaving: [], fence: 1, reason: '' });
  });
  afterEach(() => {
    supervisor.close();
    redis.disconnect();
  });

  /** One that has drained where it is wished to; `busy` has a job, and has not. */
  const workers = async (busy: readonly number[] = []): Promise<WorkerInfo[]> =>
    Promise.all(
      played.pids.map(async (pid) => {
        const draining = await drains.isWanted(String(pid));
        return workerInfo(String(pid), { pid, draining, drained: draining && !busy.includes(pid), busy: busy.includes(pid) ? 1 : 0 });
      }),
    );
  const rounds = async (now: readonly PoolPolicy[], busy: readonly number[] = []) => {
    for (let round = 0; round < 3; round++) await leftovers.round(now, await workers(busy), 1_000 + round);
  };

  it('are those of a pool that is not in the policy: they go once they have drained', async () => {
    await rounds(policies('web', 'io'), [1_001]);
    expect(played.pids).toEqual([1_001]);
    await rounds(policies('web', 'io'));
    expect(played.pids).toEqual([]);
  });

  it('are those that serve other queues than their pool does now, and not the new ones', async () => {
    await new LocalProcess({ pool: 'io', queues: 'io,cpu' }, supervisor).scale({ replicas: 1, leaving: [], fence: 1, reason: '' });
    await rounds(policies('io', 'io, cpu'));
    expect(played.pids).toEqual([1_002]);
  });

  it.each([
    ['the policy has the pool', policies('io', 'io')],
    ['the pool is only tried out', policies('io', 'io', 'dry-run')],
  ])('are none while %s', async (_when, now) => {
    await rounds(now);
    expect(played.pids).toEqual([1_000, 1_001]);
    await expect(drains.isWanted('1000')).resolves.toBe(false);
  });

  it('stay while nobody knows which workers there are', async () => {
    await leftovers.round(policies('web', 'io'), new Error('Redis is away'), 1);
    expect(played.pids).toEqual([1_000, 1_001]);
  });
});
