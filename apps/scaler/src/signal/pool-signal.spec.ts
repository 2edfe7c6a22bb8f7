import { describe, expect, it } from '@jest/globals';
import { reading } from '../fixtures/snapshot.js';
import { workerInfo } from '../fixtures/workers.js';
import { type PoolParts, toPoolSignal } from './pool-signal.js';
import { missed, observed, type Signal } from './signal.js';

const AT = 1_000_000;

const parts = (changes: Partial<PoolParts> = {}, signal: Signal = observed(undefined, reading())): PoolParts => ({
  pool: 'io',
  at: AT,
  signals: [signal],
  workers: [],
  target: { replicas: 2, settled: true },
  nextRuns: new Map(),
  choices: [],
  failures: 1,
  ...changes,
});
const load = (...args: Parameters<typeof parts>) => {
  const signal = toPoolSignal(parts(...args));
  if (signal.state !== 'known') throw new Error(signal.reason);
  return signal.queues[0];
};

describe('toPoolSignal', () => {
  it('has what a queue holds, in the units of the decision', () => {
    const busy = { waiting: 4, delayedDue: 2, active: 3, oldestWaitingMs: 1_500, parked: 9, delayed: 7 };
    const limits = { concurrency: 6, rate: { max: 30, per: 60_000 } };
    const runs = { ended: 5, failureShare: 0.2, meanRunMs: 250 };
    expect(load({}, observed(undefined, reading(busy, { limits, runs })))).toEqual({
      queue: 'io',
      waiting: 4,
      due: 2,
      active: 3,
      oldestMs: 1_500,
      arrivals: null,
      serviceSeconds: 0.25,
      slotsPerWorker: 500,
      paused: false,
      concurrencyLimit: 6,
      ratePerSecond: 0.5,
      failureShare: 0.2,
      idleMs: 0,
    });
  });

  it('counts nothing of a paused queue but what runs', () => {
    const paused = { waiting: 4, delayedDue: 2, active: 3, oldestWaitingMs: 1_500, paused: true };
    expect(load({}, observed(undefined, reading(paused)))).toMatchObject({ waiting: 0, due: 0, active: 3, oldestMs: null, paused: true });
  });

  it('takes the jobs that get ready for arrivals, not those that are for later', () => {
    const first = observed(undefined, reading({ at: AT - 10_000 }));
    const second = observed(first, reading({ at: AT, waiting: 20, delayed: 1_000 }));
    expect(load({}, second)).toMatchObject({ arrivals: 2, oldestMs: null });
  });

  it('knows the slots of a worker from the workers, then from the environment, then from the queue', () => {
    const choices = [{ queue: 'io' as const, concurrency: 7 }];
    const workers = [workerInfo('a'), workerInfo('b', { queues: [{ queue: 'io', slots: 10, busy: 0 }] })];
    expect(load({ workers, choices })?.slotsPerWorker).toBe(8);
    expect(load({ choices })?.slotsPerWorker).toBe(7);
    expect(load()?.slotsPerWorker).toBe(500);
  });

  it('has the workers with what they run of these queues', () => {
    const queues = [
      { queue: 'io', slots: 5, busy: 2 },
      { queue: 'cpu', slots: 2, busy: 1 },
    ];
    const signal = toPoolSignal(parts({ workers: [workerInfo('a', { queues, startedAt: 9 })] }));
    expect(signal).toMatchObject({ workers: [{ id: 'a', busy: 2, slots: 5, draining: false, startedAt: 9 }], replicas: 2, settled: true });
  });

  it('tells when a schedule of its queues runs next', () => {
    const nextRuns = new Map([
      ['io', 5_000],
      ['cpu', 1_000],
    ] as const);
    expect(toPoolSignal(parts({ nextRuns }))).toMatchObject({ nextScheduleMs: 5_000 });
    expect(toPoolSignal(parts())).toMatchObject({ nextScheduleMs: null });
  });

  it('is unknown as soon as one part is, and says which', () => {
    const unread = missed(undefined, 'io', 'no connection');
    expect(toPoolSignal(parts({ failures: 3 }, unread))).toEqual({
      state: 'unknown',
      pool: 'io',
      at: AT,
      reason: 'queue io: no connection',
      failures: 3,
      replicas: 2,
    });
    const all = parts({ workers: new Error('away'), target: new Error('gone') }, unread);
    expect(toPoolSignal(all)).toMatchObject({ reason: 'queue io: no connection; workers: away; target: gone', replicas: null });
    expect(toPoolSignal(parts({ workers: new Error('away') }))).toMatchObject({ state: 'unknown', reason: 'workers: away', replicas: 2 });
  });
});
