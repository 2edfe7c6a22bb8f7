import { connectProducer, Drains, type RedisClient, type WorkerInfo } from '@dts/queue';
import { createLogger } from '@dts/runtime';
import { type PoolPolicy, toPolicies } from '@dts/scaling';
import { testPrefix, testRedisUrl, waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Actuator, ScaleChange } from '../actuator/actuator.js';
import { decided } from '../fixtures/decided.js';
import { workerInfo } from '../fixtures/workers.js';
import { Drainage } from './drainage.js';
import { Enforcer, type Order } from './enforcer.js';

const logger = createLogger('test', { LOG_LEVEL: 'silent', LOG_FORMAT: 'json' });

/** Remembers what was asked of it. */
class Hand implements Actuator {
  readonly changes: ScaleChange[] = [];
  constructor(readonly reach: Actuator['reach']) {}
  read = async () => ({ replicas: 0, settled: true, refusal: null });
  owns = () => true;
  scale = async (change: ScaleChange) => {
    this.changes.push(change);
  };
  close = async () => {};
}

describe('Enforcer', () => {
  let redis: RedisClient;
  let drains: Drains;
  let hand: Hand;
  let scaled: string[];
  let enforcer: Enforcer;

  const take = (reach: Actuator['reach']) => {
    hand = new Hand(reach);
    scaled = [];
    enforcer = new Enforcer(hand, new Drainage(drains, 60_000), logger, (pool, direction, error) =>
      scaled.push(`${pool} ${direction}${error ? ` ${error.message}` : ''}`),
    );
  };

  beforeEach(async () => {
    redis = connectProducer(testRedisUrl(), () => undefined);
    await waitFor(() => redis.status === 'ready');
    drains = new Drains(redis, testPrefix());
    take('shared');
  });
  afterEach(() => redis.disconnect());

  const policyOf = (changes: object = {}) =>
    toPolicies({
      mode: 'enforce',
      pools: { io: { queues: ['io'], target: { kind: 'dry-run' }, min: 1, max: 9, ...changes } },
    })[0] as PoolPolicy;
  const order = (desired: number | null, replicas: number, changes: Partial<Order> = {}): Order => ({
    decision: decided({ desired, current: replicas }).decision,
    policy: policyOf(),
    target: { replicas, settled: true, refusal: null },
    workers: [],
    token: 7,
    now: 1_000_000,
    ...changes,
  });
  const numbers = () => hand.changes.map(({ replicas }) => replicas);
  const workers = (drained: boolean): WorkerInfo[] => [
    workerInfo('busy', { busy: 1 }),
    workerInfo('idle', drained ? { draining: true, drained } : {}),
  ];

  it('raises the number at once, with token and reason', async () => {
    await enforcer.enforce(order(4, 2));
    expect(hand.changes).toEqual([{ replicas: 4, leaving: [], fence: 7, reason: 'as before' }]);
    expect(scaled).toEqual(['io up']);
  });

  it('lowers it only once somebody has drained, who goes', async () => {
    await enforcer.enforce(order(1, 2, { workers: workers(false) }));
    expect(numbers()).toEqual([]);
    await expect(drains.isWanted('idle')).resolves.toBe(true);
    const drained = workers(true);
    await enforcer.enforce(order(1, 2, { workers: drained }));
    expect(hand.changes).toMatchObject([{ replicas: 1, leaving: [drained[1]] }]);
  });

  it('takes a drain back when the number is to stay, or to rise', async () => {
    await enforcer.enforce(order(1, 2, { workers: workers(false) }));
    await enforcer.enforce(order(3, 2, { workers: workers(false) }));
    await expect(drains.isWanted('idle')).resolves.toBe(false);
    expect(numbers()).toEqual([3]);
  });

  it.each([
    ['nothing is decided', order.bind(null, null, 2)],
    ['it stays', order.bind(null, 2, 2)],
    ['it only observes', () => order(4, 2, { policy: policyOf({ mode: 'observe' }) })],
    ['another one leads', () => order(4, 2, { token: undefined })],
    ['its workers are not known', () => order(1, 2, { workers: undefined })],
  ])('does nothing while %s', async (_when, make) => {
    await enforcer.enforce(make());
    expect(numbers()).toEqual([]);
  });

  it('changes nothing that is not its own to change, and says why', async () => {
    const target = { replicas: 2, settled: true, refusal: 'is scaled by an HPA' };
    await expect(enforcer.enforce(order(1, 2, { target, workers: workers(false) }))).rejects.toThrow('is scaled by an HPA');
    await expect(drains.isWanted('idle')).resolves.toBe(false);
    expect(numbers()).toEqual([]);
  });

  it('keeps what nobody else can reach at its minimum, whoever leads, and raises it while the load is unknown', async () => {
    take('exclusive');
    await enforcer.enforce(order(4, 0, { token: undefined, policy: policyOf({ mode: 'observe' }) }));
    expect(numbers()).toEqual([1]);
    await enforcer.enforce(order(4, 1, { token: undefined }));
    expect(numbers()).toEqual([1, 4]); // the signal of these decisions is unknown
    await enforcer.enforce(order(1, 4, { token: undefined }));
    expect(numbers()).toEqual([1, 4]);
  });

  it('drains nobody for what has no effect', async () => {
    take('none');
    await enforcer.enforce(order(1, 2, { workers: workers(false) }));
    expect(numbers()).toEqual([1]);
    await expect(drains.isWanted('idle')).resolves.toBe(false);
  });

  it('counts what did not work', async () => {
    hand.scale = async () => {
      throw new Error('away');
    };
    await expect(enforcer.enforce(order(4, 2))).rejects.toThrow('away');
    expect(scaled).toEqual(['io up away']);
  });
});
