import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decide } from './decide.js';
import type { Decision } from './decision.js';
import { anyPolicy, anyPool, anyQueues, anyReadings } from './fixtures/arbitrary.js';
import { play } from './fixtures/play.js';
import { NOW, unknown } from './fixtures/pool.js';
import type { PoolPolicy } from './pool-policy.js';
import type { KnownPool, PoolSignal } from './pool-signal.js';
import type { PoolState } from './pool-state.js';
import { roundUp } from './round-up.js';

const RUNS = { numRuns: 500 };

/** A pool with a past, and what is read of it next. */
interface Case {
  readonly policy: PoolPolicy;
  readonly state: PoolState;
  readonly signal: KnownPool;
  readonly now: number;
}

const anyCase: fc.Arbitrary<Case> = fc
  .record({ policy: anyPolicy, past: anyReadings, start: fc.nat(40), signal: anyPool, after: fc.integer({ min: 1, max: 90_000 }) })
  .map(({ policy, past, start, signal, after }) => {
    const now = NOW + past.reduce((sum, reading) => sum + reading.after, 0) + after;
    return { policy, state: play(policy, past, start).state, signal: { ...signal, at: now }, now };
  });

const desiredOf = (signal: PoolSignal, { state, policy, now }: Case) => decide(signal, state, policy, now).decision.desired ?? Number.NaN;
const fullWorkers = ({ queues }: KnownPool) => Math.max(...queues.map(({ active, slotsPerWorker }) => roundUp(active / slotsPerWorker)));
const jobsOf = ({ queues }: KnownPool) => queues.reduce((sum, { waiting, due, active }) => sum + waiting + due + active, 0);

describe('a decision', () => {
  it('is a whole number within the bounds; above them only as long as nobody may go', () => {
    const property = (given: Case) => {
      const { policy, signal } = given;
      const desired = desiredOf(signal, given);
      expect(Number.isInteger(desired)).toBe(true);
      expect(desired).toBeGreaterThanOrEqual(policy.min);
      expect(desired).toBeLessThanOrEqual(signal.settled ? policy.max : Math.max(policy.max, signal.replicas));
    };
    fc.assert(fc.property(anyCase, property), RUNS);
  });

  it('is no fewer for a longer backlog', () => {
    const property = (given: Case, queue: number, more: number) => {
      const { signal, state, policy, now } = given;
      const index = queue % signal.queues.length;
      const queues = signal.queues.map((load, at) => (at === index ? { ...load, waiting: load.waiting + more } : load));
      const before = decide(signal, state, policy, now).decision;
      const after = decide({ ...signal, queues }, state, policy, now).decision;
      expect(after.raw).toBeGreaterThanOrEqual(before.raw ?? Number.NaN);
      expect(after.desired).toBeGreaterThanOrEqual(before.desired ?? Number.NaN);
    };
    fc.assert(fc.property(anyCase, fc.nat(2), fc.nat(10_000), property), RUNS);
  });

  it('takes nobody away on an unknown load, whatever is pinned', () => {
    const property = (given: Case, failures: number, replicas: number | null, pinned: number) => {
      const signal = unknown({ failures, replicas });
      const pin = pinned % 2 === 0 ? null : { replicas: pinned, until: given.now + 1 };
      const desired = desiredOf(signal, { ...given, policy: { ...given.policy, pin } });
      if (replicas !== null) expect(desired).toBeGreaterThanOrEqual(replicas);
      else expect(desired).toEqual(given.state.replicas ?? Number.NaN);
    };
    fc.assert(fc.property(anyCase, fc.integer({ min: 1, max: 9 }), fc.option(fc.nat(40), { nil: null }), fc.nat(80), property), RUNS);
  });

  it('takes nobody away on numbers that make no sense', () => {
    const fields = ['waiting', 'due', 'active', 'oldestMs', 'arrivals', 'serviceSeconds', 'slotsPerWorker', 'idleMs'] as const;
    const property = (given: Case, field: (typeof fields)[number], value: number) => {
      const [first, ...others] = given.signal.queues;
      const queues = [{ ...first, [field]: value } as KnownPool['queues'][number], ...others];
      expect(desiredOf({ ...given.signal, queues }, given)).toBeGreaterThanOrEqual(given.signal.replicas);
    };
    const nonsense = fc.constantFrom(Number.NaN, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
    fc.assert(fc.property(anyCase, fc.constantFrom(...fields), nonsense, property), RUNS);
  });

  it('takes nobody away during a rollout or a failover', () => {
    const property = (given: Case, pinned: number) => {
      const pin = pinned % 2 === 0 ? null : { replicas: pinned, until: given.now + 1 };
      const desired = desiredOf({ ...given.signal, settled: false }, { ...given, policy: { ...given.policy, pin } });
      expect(desired).toBeGreaterThanOrEqual(given.signal.replicas);
    };
    fc.assert(fc.property(anyCase, fc.nat(20), property), RUNS);
  });

  it('is never fewer than the running jobs fill', () => {
    const property = (given: Case) => {
      const { signal, policy } = given;
      expect(desiredOf(signal, given)).toBeGreaterThanOrEqual(Math.min(fullWorkers(signal), signal.replicas, policy.max));
    };
    fc.assert(fc.property(anyCase, property), RUNS);
  });

  it('is none only where there may be none, with nothing to do, for long enough and for some time to come', () => {
    let none = 0;
    const property = (given: Case) => {
      const { signal, policy } = given;
      if (desiredOf(signal, given) > 0) return;
      none++;
      const soon = signal.replicas === 0 ? policy.coldStart : policy.coldStart + 30_000;
      expect({ min: policy.min, jobs: jobsOf(signal) }).toEqual({ min: 0, jobs: 0 });
      expect(signal.nextScheduleMs ?? Number.POSITIVE_INFINITY).toBeGreaterThan(soon);
      if (signal.replicas > 0) expect(Math.min(...signal.queues.map(({ idleMs }) => idleMs))).toBeGreaterThanOrEqual(policy.cooldown);
    };
    const restful = anyCase.map((given) => {
      const queues = given.signal.queues.map((load) => ({
        ...load,
        waiting: 0,
        due: 0,
        oldestMs: null,
        idleMs: Math.max(0, given.policy.cooldown + load.idleMs - 1_000),
      }));
      return { ...given, policy: { ...given.policy, min: 0 }, signal: { ...given.signal, replicas: given.signal.replicas % 2, queues } };
    });
    fc.assert(fc.property(fc.oneof(anyCase, restful), property), { numRuns: 2_000 });
    expect(none).toBeGreaterThan(50);
  });

  it('is the same for the same arguments, and changes none of them', () => {
    const property = ({ signal, state, policy, now }: Case) => {
      const given = structuredClone({ signal, state, policy });
      const once = decide(deepFreeze(signal), deepFreeze(state), deepFreeze(policy), now);
      expect(decide(given.signal, given.state, given.policy, now)).toEqual(once);
      expect({ signal, state, policy }).toEqual(given);
    };
    fc.assert(fc.property(anyCase, property), RUNS);
  });

  it('says why at every step, and ends with the one that decided', () => {
    const property = ({ signal, state, policy, now }: Case) => {
      const { steps, reason, desired } = decide(signal, state, policy, now).decision;
      expect(steps.at(-1)).toMatchObject({ because: reason, value: desired });
      for (const { because } of steps) {
        expect(because).toMatch(/^\S.*\.$/);
        expect(because).not.toMatch(/undefined|null|NaN|Infinity|\[object/);
      }
    };
    fc.assert(fc.property(anyCase, property), RUNS);
  });
});

describe('decisions one after another', () => {
  const course = fc.record({ policy: anyPolicy, readings: anyLongReadings(), start: fc.nat(40) });

  it('add no more in any period than the limit allows', () => {
    const property = ({ policy, readings, start }: Course) => {
      const { workers, percent, period } = policy.scaleUp;
      for (const [before, after] of pairs(play(policy, readings, start).decisions, period)) {
        const [from, to] = [before.current ?? 0, after.desired ?? 0];
        if (to <= (after.current ?? 0)) continue;
        expect(to).toBeLessThanOrEqual(Math.max(policy.min, from + Math.max(workers, Math.ceil((from * percent) / 100))));
      }
    };
    fc.assert(fc.property(course, property), RUNS);
  });

  it('take no more in any period than the limit allows, but for the most that there may be', () => {
    const property = ({ policy, readings, start }: Course) => {
      const { workers, percent, period } = policy.scaleDown;
      for (const [before, after] of pairs(play(policy, readings, start).decisions, period)) {
        const [from, to] = [before.current ?? 0, after.desired ?? 0];
        if (to >= (after.current ?? 0) || to === policy.max) continue;
        expect(to).toBeGreaterThanOrEqual(from - Math.max(workers, Math.floor((from * percent) / 100)));
      }
    };
    fc.assert(fc.property(course, property), RUNS);
  });

  it('do not flap: nobody goes within the stabilization window after somebody came', () => {
    const property = ({ policy, readings, start }: Course) => {
      // Above none, where the cooldown rules instead, and within the most from the beginning.
      const settledPolicy = { ...policy, min: Math.max(1, policy.min) };
      const { decisions } = play(settledPolicy, readings, Math.min(start, policy.max));
      const rises = decisions.filter(({ current, desired }) => (desired ?? 0) > (current ?? 0));
      const falls = decisions.filter(({ current, desired }) => (desired ?? 0) < (current ?? 0));
      for (const fall of falls) {
        for (const { at } of rises.filter((rise) => rise.at < fall.at)) {
          expect(fall.at - at).toBeGreaterThanOrEqual(policy.scaleDown.stabilization);
        }
      }
    };
    fc.assert(fc.property(course, property), RUNS);
  });

  it('keep a state that is plain JSON, goes on after a restart, and does not grow', () => {
    const property = ({ policy, readings, start }: Course) => {
      const half = Math.floor(readings.length / 2);
      const whole = play(policy, readings, start);
      const { state, decisions } = play(policy, readings.slice(0, half), start);
      expect(JSON.parse(JSON.stringify(state))).toEqual(state);
      const most = Math.max(policy.max, start) + 1;
      for (const { length } of [state.wishes, state.highs, state.lows]) expect(length).toBeLessThanOrEqual(most);
      expect(Object.keys(state.ages).length).toBeLessThanOrEqual(3);
      const resumed = decisions.reduce((now, { at }) => Math.max(now, at), NOW);
      expect(
        resumeAt(resumed, policy, readings.slice(half), decisions.at(-1)?.desired ?? start, JSON.parse(JSON.stringify(state))),
      ).toEqual(whole.state);
    };
    fc.assert(fc.property(course, property), RUNS);
  });
});

interface Course {
  readonly policy: PoolPolicy;
  readonly readings: Parameters<typeof play>[1];
  readonly start: number;
}

/** Many of them close together, so that periods and windows hold several. */
function anyLongReadings() {
  const reading = fc.record({ after: fc.integer({ min: 1, max: 30_000 }), signal: fc.record({ queues: anyQueues }) });
  return fc.array(reading, { minLength: 2, maxLength: 60 });
}

/** Each decision, with every one before it within the period, itself among them. */
function* pairs(decisions: readonly Decision[], period: number): Generator<[Decision, Decision]> {
  for (const [index, after] of decisions.entries()) {
    for (const before of decisions.slice(0, index + 1)) if (after.at - before.at < period) yield [before, after];
  }
}

function resumeAt(now: number, policy: PoolPolicy, readings: Course['readings'], replicas: number, state: PoolState): PoolState {
  const [first, ...others] = readings;
  if (!first) return state;
  return play(policy, [{ ...first, after: first.after + now - NOW }, ...others], replicas, state).state;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze);
  return value;
}
