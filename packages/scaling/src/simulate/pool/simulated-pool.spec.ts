import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Manners } from './pool-model.js';
import { SimulatedPool } from './simulated-pool.js';

const MODEL = { slots: 2, coldStart: 100 };
const OURS: Manners = { leaves: 'least busy', revives: true, hurries: true };
const THEIRS: Manners = { leaves: 'youngest', revives: false, hurries: false };
let waits: number[];
beforeEach(() => {
  waits = [];
});

/** @param jobs when each comes and how long it runs, in milliseconds */
function poolOf(jobs: readonly (readonly [arrivesAt: number, runsMs: number])[], manners = OURS): SimulatedPool {
  const onPickUp = (waitedMs: number) => waits.push(waitedMs);
  return new SimulatedPool({ jobs: jobs.map(([arrivesAt, runsMs]) => ({ arrivesAt, runsMs })), model: MODEL, manners, onPickUp });
}

describe('a simulated pool', () => {
  it('has jobs wait for a worker to start, and for a slot, in the order in which they came', () => {
    const pool = poolOf([
      [0, 50],
      [10, 70],
      [20, 50],
    ]);
    pool.scaleTo(1);
    pool.advance(99);
    expect(pool.reading).toMatchObject({ waiting: 3, active: 0, oldestMs: 99, workers: [] });
    pool.advance(149);
    expect(pool.reading).toMatchObject({ waiting: 1, active: 2, oldestMs: 129, workers: [{ busy: 2, slots: 2 }] });
    pool.advance(300);
    expect(pool.reading).toMatchObject({ waiting: 0, active: 0, oldestMs: null, arrived: 3, finished: 3, finishedMs: 170 });
    expect(waits).toEqual([100, 90, 130]);
    expect(pool.isDone).toBe(true);
  });

  it('lets a draining worker finish what it runs, and takes no job for it', () => {
    const pool = poolOf([
      [100, 1_000],
      [200, 10],
    ]);
    pool.scaleTo(1);
    pool.advance(150);
    pool.scaleTo(0);
    pool.advance(1_099);
    expect([pool.replicas, pool.size, pool.waiting]).toEqual([0, 1, 1]);
    pool.advance(2_000);
    expect([pool.size, pool.waiting, pool.reading.finished]).toEqual([0, 1, 1]);
    expect(pool.workerMinutes * 60_000).toBeCloseTo(1_100, 6);
  });

  it('has a worker that was to go stay, where the scaler can take it back', () => {
    for (const [manners, ready] of [
      [OURS, 1],
      [THEIRS, 0],
    ] as const) {
      const pool = poolOf([[100, 1_000]], manners);
      pool.scaleTo(1);
      pool.advance(150);
      pool.scaleTo(0);
      pool.scaleTo(1);
      expect([pool.replicas, pool.ready]).toEqual([1, ready]);
    }
  });

  it('sends away who is starting, then the least busy; or the youngest', () => {
    const ids = (manners: Manners) => {
      const pool = poolOf(
        [
          [200, 5_000],
          [201, 5_000],
          [202, 5_000],
        ],
        manners,
      );
      pool.scaleTo(2);
      pool.advance(250);
      pool.scaleTo(3);
      pool.scaleTo(2);
      expect(pool.size).toBe(2); // who was starting is gone at once
      pool.scaleTo(1);
      return pool.reading.workers.filter(({ draining }) => draining).map(({ busy }) => busy);
    };
    expect(ids(OURS)).toEqual([1]);
    expect(ids(THEIRS)).toHaveLength(1);
  });

  const action = fc.record({ wait: fc.integer({ min: 1, max: 150 }), replicas: fc.integer({ min: 0, max: 6 }) });
  const job = fc.tuple(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 1, max: 300 }));

  it('conserves jobs: each comes once, is picked up once, in order, and finishes once', () => {
    fc.assert(
      fc.property(
        fc.array(job, { maxLength: 60 }),
        fc.array(action, { minLength: 1, maxLength: 30 }),
        fc.boolean(),
        (jobs, actions, ours) => {
          waits = [];
          const sorted = jobs.toSorted(([one], [other]) => one - other);
          const pool = poolOf(sorted, ours ? OURS : THEIRS);
          let now = 0;
          for (const { wait, replicas } of actions) {
            pool.scaleTo(replicas);
            expect(pool.replicas).toBe(replicas);
            now += wait;
            pool.advance(now);
            const { waiting, active, arrived, finished, workers } = pool.reading;
            expect(waiting + active + finished).toBe(arrived);
            expect(arrived).toBe(sorted.filter(([at]) => at <= now).length);
            expect(workers.reduce((sum, { busy }) => sum + busy, 0)).toBe(active);
            expect(workers.every(({ busy, slots }) => busy <= slots)).toBe(true);
            // Nobody waits while a slot is free.
            expect(waiting === 0 || workers.every(({ busy, slots, draining }) => draining || busy === slots)).toBe(true);
          }
          pool.scaleTo(1);
          pool.advance(now + 100_000);
          expect([pool.isDone, pool.reading.finished, waits.length]).toEqual([true, jobs.length, jobs.length]);
          expect(pool.reading.finishedMs).toBe(sorted.reduce((sum, [, runsMs]) => sum + runsMs, 0));
          expect(waits.every((wait) => wait >= 0)).toBe(true);
        },
      ),
    );
  });

  it('counts worker-minutes as the sum of all workers over time', () => {
    fc.assert(
      fc.property(fc.array(job, { maxLength: 30 }), fc.array(action, { minLength: 1, maxLength: 12 }), (jobs, actions) => {
        const pool = poolOf(jobs.toSorted(([one], [other]) => one - other));
        let now = 0;
        let workerMs = 0;
        for (const { wait, replicas } of actions) {
          pool.scaleTo(replicas);
          // All times are whole, so nothing changes within a millisecond.
          for (let step = 0; step < wait; step++) {
            workerMs += pool.size;
            pool.advance(++now);
          }
        }
        expect(pool.workerMinutes * 60_000).toBeCloseTo(workerMs, 6);
      }),
    );
  });
});
