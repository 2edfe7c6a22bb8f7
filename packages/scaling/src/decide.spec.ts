import { describe, expect, it } from '@jest/globals';
import { decide } from './decide.js';
import type { Decision } from './decision.js';
import { courseOf, play, steadily } from './fixtures/play.js';
import { load, NOW, policy, pool, workers } from './fixtures/pool.js';
import type { PoolPolicy } from './pool-policy.js';
import type { KnownPool } from './pool-signal.js';
import { initialState } from './pool-state.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** Jobs of a second, ten at once on a worker at 80 %: eight a second need one worker. */
const arriving = (perSecond: number) => ({ queues: [load({ arrivals: perSecond, active: Math.round(perSecond) })] });
const first = (signal: Partial<KnownPool>, rules: Partial<PoolPolicy> = {}) =>
  decide(pool(signal), initialState(), policy(rules), NOW).decision;
const saysOf = ({ steps }: Decision) => steps.map(({ name, value }) => [name, value]);

describe('a decision', () => {
  it('keeps its inputs, every stage, and the reason', () => {
    const signal = pool({ replicas: 2, ...arriving(80) });
    const { decision } = decide(signal, initialState(), policy({ max: 8 }), NOW);
    expect(decision).toEqual({
      pool: 'default',
      at: NOW,
      mode: 'enforce',
      current: 2,
      raw: 10,
      desired: 6,
      steps: [
        {
          name: 'demand',
          value: 10,
          because: 'io: 80 jobs a second of 1s each take 100 slots at 80 % utilization, so 10 workers of 10 slots.',
        },
        { name: 'bounds', value: 8, because: 'The policy allows at most 8 workers.' },
        { name: 'up-limit', value: 6, because: 'From 2 within 15s to at most 6 workers: by 100 % or 4, whichever is more.' },
      ],
      reason: 'From 2 within 15s to at most 6 workers: by 100 % or 4, whichever is more.',
      signal,
    });
  });

  it('takes the first step for a burst at once, from none as well', () => {
    const burst = { queues: [load({ waiting: 20_000, oldestMs: 500, serviceSeconds: null, arrivals: null })] };
    expect(first({ replicas: 1, ...burst }, { max: 40 }).desired).toBe(5);
    expect(first({ replicas: 0, ...burst }, { max: 40, min: 0 }).desired).toBe(4);
  });
});

describe('the bounds', () => {
  it('hold at once: the fewest against no load, the most against the number that is there', () => {
    expect(saysOf(first({ replicas: 0 }, { min: 6 }))).toEqual([
      ['demand', 0],
      ['bounds', 6],
      ['up-limit', 4],
      ['bounds', 6],
    ]);
    expect(first({ replicas: 20 }, { max: 5 }).desired).toBe(5);
  });
});

describe('tolerance', () => {
  const at = (perSecond: number, more: Partial<KnownPool> = {}) => first({ replicas: 10, ...arriving(perSecond), ...more }, { max: 40 });

  it('leaves the number for a need that is hardly another', () => {
    const decision = at(86);
    expect(saysOf(decision)).toEqual([
      ['demand', 11],
      ['tolerance', 10],
    ]);
    expect(decision.reason).toBe('A need of 10.8 workers differs from 10 by no more than 10 %: 10 workers as before.');
  });

  it('does not for one that is', () => {
    expect(at(90).desired).toBe(12);
  });

  it('does not where a job is late', () => {
    const late = { queues: [load({ arrivals: 86, waiting: 1_000, oldestMs: 10_500, serviceSeconds: 0.001 })] };
    expect(at(0, late)).toMatchObject({ desired: 11, steps: [{ name: 'demand' }, { name: 'backlog' }, { name: 'age', value: 11 }] });
  });
});

describe('on the way up', () => {
  it('the workers at most double in a period, or grow by four', () => {
    const climb = play(policy({ max: 100 }), steadily(60 * SECOND, arriving(8_000)));
    expect(courseOf(climb)).toEqual([5, 10, 20, 40]);
    const times = climb.decisions.filter(({ current, desired }) => current !== desired).map(({ at }) => (at - NOW) / SECOND);
    expect(times).toEqual([5, 20, 35, 50]);
  });

  it('those that went within the period do not count', () => {
    const rules = policy({ max: 100, scaleUp: { percent: 0, workers: 2, period: 15_000 } });
    const { state } = play(rules, steadily(15 * SECOND, arriving(80)), 10);
    const crashed = decide(pool({ replicas: 3, ...arriving(80) }), state, rules, NOW + 20 * SECOND).decision;
    expect(crashed.desired).toBe(5);
  });
});

describe('on the way down', () => {
  it('the highest wish of the stabilization window stays, then one goes a minute', () => {
    const burst = [...steadily(10 * SECOND, arriving(40)), ...steadily(9 * MINUTE, arriving(8))];
    const { decisions } = play(policy(), burst);
    const falls = decisions.filter(({ current, desired }) => (desired ?? 0) < (current ?? 0)).map(({ at }) => (at - NOW) / SECOND);
    expect(falls).toEqual([310, 370, 430, 490]);
    expect(decisions.at(-1)?.desired).toBe(1);
    expect(decisions[10]?.reason).toBe('5 workers were asked for within the last 5m: no fewer yet.');
    expect(decisions.find(({ desired }) => desired === 4)?.reason).toBe(
      'From 5 within 1m to no fewer than 4 workers: by 10 % or 1, whichever is more.',
    );
  });

  it('a tenth of many goes at a time', () => {
    const rules = policy({ max: 100, scaleDown: { percent: 10, workers: 1, period: 60_000, stabilization: 0 } });
    expect(courseOf(play(rules, steadily(3 * MINUTE, arriving(8)), 50))).toEqual([45, 41, 37]);
  });

  it('nobody goes after a start before the window has been watched', () => {
    const { decisions } = play(policy(), steadily(6 * MINUTE, arriving(8)), 5);
    const fall = decisions.find(({ desired }) => desired === 4);
    expect(((fall?.at ?? 0) - NOW) / SECOND).toBe(305);
  });

  it('not below the workers that the running jobs fill', () => {
    const rules = { scaleDown: { percent: 100, workers: 1, period: 1, stabilization: 0 } };
    const decision = first({ replicas: 5, queues: [load({ active: 23 })] }, rules);
    expect(decision).toMatchObject({ desired: 3, reason: 'The running jobs fill 3 workers: no fewer than 3.' });
  });

  it('nobody goes while a rollout or a failover is under way', () => {
    const rules = { scaleDown: { percent: 100, workers: 1, period: 1, stabilization: 0 } };
    expect(first({ replicas: 5, settled: false }, rules)).toMatchObject({
      desired: 5,
      reason: 'A rollout or a failover is under way: 5 workers until it has settled.',
    });
  });

  it('a load that goes up and down takes nobody along', () => {
    const flapping = Array.from({ length: 40 }, (_, index) => steadily(30 * SECOND, arriving(index % 2 === 0 ? 40 : 4))).flat();
    expect(courseOf(play(policy(), flapping))).toEqual([5]);
  });

  it('noise changes nothing, for hours', () => {
    const noisy = Array.from({ length: 2_000 }, (_, index) => steadily(5_000, arriving(50 + 8 * Math.sin(index * index)))).flat();
    expect(courseOf(play(policy(), noisy)).length).toBeLessThanOrEqual(4);
  });
});

describe('no worker at all', () => {
  const idle = { replicas: 1, queues: [load({ idleMs: 2 * MINUTE })] };
  const none = { min: 0 };

  it('is right once idle for the cooldown, though one was wanted until then', () => {
    expect(first(idle, none)).toMatchObject({ desired: 0, reason: 'Idle for 2m, and nothing is scheduled soon: down to none.' });
  });

  it('is right for what is left of a smoothed rate', () => {
    expect(first({ ...idle, queues: [load({ idleMs: 2 * MINUTE, arrivals: 0.001 })] }, none).desired).toBe(0);
    expect(first({ replicas: 0, queues: [load({ idleMs: 2 * MINUTE, arrivals: 500 })] }, none)).toMatchObject({
      desired: 0,
      reason: 'Nothing waits, is due or runs: no worker is woken.',
    });
  });

  it.each([
    ['one must stay', idle, { min: 1 }],
    ['the cooldown is not over', { ...idle, queues: [load({ idleMs: 2 * MINUTE - 1 })] }, none],
    ['another queue is not idle for as long', { ...idle, queues: [load({ idleMs: 2 * MINUTE }), load({ queue: 'cpu', idleMs: 5 })] }, none],
    ['a job waits', { ...idle, queues: [load({ waiting: 1, serviceSeconds: 1e-12 })] }, none],
    ['a delayed job is due', { ...idle, queues: [load({ due: 1 })] }, none],
    ['a job runs', { ...idle, queues: [load({ active: 1 })] }, none],
    ['a schedule runs soon', { ...idle, nextScheduleMs: 35 * SECOND }, none],
  ])('is not when %s', (_when, signal: Partial<KnownPool>, rules: Partial<PoolPolicy>) => {
    const watched = play(policy(rules), [{ after: 0, signal: { ...signal, queues: [load()] } }]).state;
    const later = NOW + 10 * MINUTE;
    expect(decide(pool(signal), watched, policy(rules), later).decision.desired).toBe(1);
  });

  it('says what the last worker stays for', () => {
    const rules = policy({ min: 0, scaleDown: { percent: 100, workers: 1, period: 1, stabilization: 0 } });
    const reason = (signal: Partial<KnownPool>) => decide(pool(signal), initialState(), rules, NOW).decision.reason;
    expect(reason({ queues: [load({ idleMs: 30 * SECOND })] })).toBe('Idle for 30s of 2m: the last worker stays.');
    expect(reason({ queues: [load({ idleMs: 5 * MINUTE })], nextScheduleMs: 20 * SECOND })).toBe(
      'A schedule runs in 20s: the last worker stays.',
    );
  });

  it.each([
    ['a job waits', { queues: [load({ waiting: 1 })] }],
    ['a job waits that takes no time', { queues: [load({ waiting: 1, serviceSeconds: 1e-12 })] }],
    ['a delayed job is due', { queues: [load({ due: 1, serviceSeconds: null })] }],
    ['a schedule runs before a worker could be there', { nextScheduleMs: 5 * SECOND }],
  ])('ends when %s', (_when, signal) => {
    expect(first({ replicas: 0, ...signal }, none).desired).toBe(1);
  });

  it('comes one step at a time', () => {
    const rules = policy({ min: 0, scaleDown: { percent: 10, workers: 1, period: 60_000, stabilization: 0 } });
    expect(courseOf(play(rules, steadily(4 * MINUTE, idle), 3))).toEqual([2, 1, 0]);
  });
});

describe('a pin', () => {
  const pinned = (replicas: number, signal: Partial<KnownPool>, rules: Partial<PoolPolicy> = {}) =>
    first(signal, { pin: { replicas, until: NOW + 90 * MINUTE }, ...rules });

  it('goes before the load, the limits and the fewest', () => {
    expect(pinned(9, { replicas: 1 })).toMatchObject({ desired: 9, raw: 0, reason: 'Pinned to 9 workers for another 90m.' });
    expect(pinned(0, { replicas: 5, ...arriving(80) }).desired).toBe(0);
  });

  it('is no more than the most', () => {
    expect(pinned(50, { replicas: 1 })).toMatchObject({
      desired: 10,
      reason: 'Pinned to 50 workers for another 90m, of which the policy allows 10.',
    });
  });

  it('takes nobody away during a rollout', () => {
    expect(pinned(1, { replicas: 5, settled: false }).desired).toBe(5);
  });

  it('ends when it expires', () => {
    const pin = { replicas: 9, until: NOW };
    expect(saysOf(first({ replicas: 1 }, { pin }))).toEqual([
      ['demand', 0],
      ['bounds', 1],
    ]);
  });
});

describe('a dependency that hangs', () => {
  it('does not get all the workers there may be', () => {
    const failing = (oldestMs: number) => ({ queues: [load({ waiting: 5_000, oldestMs, serviceSeconds: 30, failureShare: 0.9 })] });
    const hanging = Array.from({ length: 60 }, (_, index) => ({ after: 5_000, signal: failing(20_000 + index * 5_000) }));
    const course = courseOf(play(policy({ max: 100 }), hanging));
    expect(course).toEqual([5]);
  });

  it('does not keep them from a queue that is not stuck', () => {
    const stuck = load({ queue: 'io', waiting: 5_000, oldestMs: 90_000, failureShare: 0.9 });
    const well = load({ queue: 'cpu', arrivals: 24 });
    const { state } = play(policy(), [{ after: 0, signal: { queues: [stuck, well] } }]);
    const team = pool({ replicas: 2, workers: workers(2), queues: [stuck, well] });
    expect(decide(team, state, policy(), NOW + 60 * SECOND).decision.desired).toBe(3);
  });
});
