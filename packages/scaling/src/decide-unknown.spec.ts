import { describe, expect, it } from '@jest/globals';
import { decide } from './decide.js';
import { play, steadily } from './fixtures/play.js';
import { load, NOW, policy, pool, unknown } from './fixtures/pool.js';
import type { PoolPolicy } from './pool-policy.js';
import type { UnknownPool } from './pool-signal.js';
import { initialState } from './pool-state.js';

const first = (changes: Partial<UnknownPool> = {}, rules: Partial<PoolPolicy> = {}) =>
  decide(unknown(changes), initialState(), policy(rules), NOW).decision;

describe('an unknown load', () => {
  it('changes nothing at first', () => {
    expect(first({ replicas: 3 })).toMatchObject({
      current: 3,
      raw: null,
      desired: 3,
      reason: 'The load is unknown (Redis is gone): 3 workers as before.',
    });
    expect(first({ replicas: 0 }, { min: 0 }).desired).toBe(0);
  });

  it('brings the fallback after some failures in a row, from none as well', () => {
    const rules = { min: 0, fallback: 2 };
    expect(first({ replicas: 0, failures: 2 }, rules).desired).toBe(0);
    expect(first({ replicas: 0, failures: 3 }, rules)).toMatchObject({
      desired: 2,
      steps: [
        { name: 'hold', value: 0 },
        { name: 'fallback', value: 2 },
      ],
      reason: 'The load is unknown (Redis is gone) after 3 failed readings: at least 2 workers.',
    });
    expect(first({ replicas: 5, failures: 30 }, rules)).toMatchObject({ desired: 5, steps: [{ name: 'hold' }] });
  });

  it('keeps more than there may be, and brings as many as there must be', () => {
    expect(first({ replicas: 50 }).desired).toBe(50);
    expect(first({ replicas: 0 }, { min: 2 })).toMatchObject({ desired: 2, reason: 'The policy wants at least 2 workers.' });
  });

  it('lets a pin bring workers and take none', () => {
    const pin = (replicas: number) => ({ pin: { replicas, until: NOW + 60_000 } });
    expect(first({ replicas: 3 }, pin(6))).toMatchObject({ desired: 6, reason: 'Pinned to 6 workers for another 1m.' });
    expect(first({ replicas: 3 }, pin(60)).desired).toBe(10);
    expect(first({ replicas: 3 }, pin(0)).desired).toBe(3);
  });

  it('is no reason to touch a target that cannot be read', () => {
    expect(first({ replicas: null, failures: 9 })).toMatchObject({
      current: null,
      desired: null,
      steps: [],
      reason: 'The load is unknown (Redis is gone), and so is the number of workers: nothing is changed.',
    });
    const { state } = play(policy(), [{ after: 0, signal: {} }], 0);
    expect(decide(unknown({ replicas: null, failures: 9 }), state, policy(), NOW).decision).toMatchObject({ current: 0, desired: 0 });
  });

  it('is followed by a window in which nobody goes', () => {
    const rules = policy();
    let { state } = play(rules, steadily(400_000, { queues: [load({ arrivals: 8 })] }), 1);
    const gapEnd = NOW + 4_000_000;
    for (let at = NOW + 400_000; at <= gapEnd; at += 10_000) state = decide(unknown({ replicas: 5, failures: 9 }), state, rules, at).state;
    const after = (ms: number) => decide(pool({ replicas: 5 }), state, rules, gapEnd + ms).decision.desired;
    expect([after(5_000), after(299_000), after(301_000)]).toEqual([5, 5, 4]);
  });

  it('is what numbers make that make no sense', () => {
    const broken = pool({ replicas: 4, queues: [load(), load({ queue: 'cpu', serviceSeconds: Number.NaN })] });
    expect(decide(broken, initialState(), policy({ fallback: 5 }), NOW).decision).toMatchObject({
      raw: null,
      desired: 5,
      signal: { state: 'unknown', reason: 'cpu: serviceSeconds is NaN, which makes no sense' },
    });
    const slotless = pool({ replicas: 4, queues: [load({ slotsPerWorker: 0 })] });
    expect(decide(slotless, initialState(), policy(), NOW).decision).toMatchObject({
      desired: 4,
      reason: 'The load is unknown (io: a worker has no slot): 4 workers as before.',
    });
    expect(decide(pool({ replicas: Number.NaN, workers: [] }), initialState(), policy(), NOW).decision).toMatchObject({ desired: null });
  });
});
