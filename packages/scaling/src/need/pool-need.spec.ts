import { describe, expect, it } from '@jest/globals';
import { load, NOW, policy, pool, workers } from '../fixtures/pool.js';
import type { QueueLoad } from '../pool-signal.js';
import type { Sample } from '../sliding-extreme.js';
import { type PoolNeed, poolNeed } from './pool-need.js';

const needOf = (changes: Partial<QueueLoad>, ready = 1, ages: Record<string, Sample> = {}) =>
  poolNeed(pool({ queues: [load(changes)], replicas: ready, workers: workers(ready) }), ages, policy());
const saysOf = ({ steps }: PoolNeed) => steps.map(({ name, value }) => [name, value]);

describe('the need of a queue', () => {
  it('is by Little’s law what a steady stream keeps busy, over the utilization', () => {
    const need = needOf({ arrivals: 40, serviceSeconds: 0.5 });
    // 40/s of 0.5 s fill 20 slots, which are 80 % of 25, which are 2.5 workers.
    expect(need).toMatchObject({ raw: 2.5, workers: 2.5, urgent: 0 });
    expect(need.steps).toEqual([
      {
        name: 'demand',
        value: 3,
        because: 'io: 40 jobs a second of 500ms each take 25 slots at 80 % utilization, so 3 workers of 10 slots.',
      },
    ]);
  });

  it('has in it what works the backlog off in time', () => {
    const need = needOf({ waiting: 250, due: 50, arrivals: 8, serviceSeconds: 2 });
    // 16 / 0.8 slots for what comes, 300 jobs of 2 s in 30 s for what is there.
    expect(need.workers).toBe((20 + 20) / 10);
    expect(need.steps.at(-1)).toEqual({
      name: 'backlog',
      value: 4,
      because: 'io: 250 jobs that wait and 50 delayed jobs due soon, to be done within 30s, take 20 slots more, so 4 workers of 10 slots.',
    });
  });

  it('gives no job more than one slot, however long it runs', () => {
    expect(needOf({ waiting: 30, serviceSeconds: 3_600 }).workers).toBe(3);
  });

  it('takes the running jobs for the stream, as long as nobody knows how many come', () => {
    expect(needOf({ active: 16, arrivals: null })).toMatchObject({ workers: 2 });
  });

  it('goes by the number of jobs, as long as nobody knows how long one runs', () => {
    const need = needOf({ waiting: 150, due: 30, active: 20, serviceSeconds: null });
    expect(saysOf(need)).toEqual([['unknown-service', 2]]);
    expect(need.steps[0]?.because).toBe(
      'io: how long a job runs is not known yet; at 10 jobs a slot, 200 jobs take 20, so 2 workers of 10 slots.',
    );
  });

  it('says so when there is none', () => {
    expect(needOf({}).steps).toEqual([{ name: 'demand', value: 0, because: 'io: no jobs come, so 0 workers of 10 slots.' }]);
  });
});

describe('a job that waits for too long', () => {
  it('asks for more workers than fetch, by as much as it is late', () => {
    expect(needOf({ waiting: 100, oldestMs: 15_000, serviceSeconds: 0.1 }, 4)).toMatchObject({ workers: 6, urgent: 6 });
  });

  it('asks for no more than twice as many', () => {
    const need = needOf({ waiting: 1_000, oldestMs: 900_000, serviceSeconds: 0.1 }, 4);
    expect(saysOf(need)).toEqual([
      ['demand', 0],
      ['backlog', 1],
      ['age', 8],
    ]);
    expect(need.steps.at(-1)?.because).toBe(
      'io: the oldest job waits for 15m and should have been picked up within 10s, so 8 workers of 10 slots.',
    );
  });

  it('asks for none that would find nothing to do', () => {
    expect(needOf({ waiting: 5, active: 40, oldestMs: 900_000, serviceSeconds: 0.1 }, 4).workers).toBe(5);
  });

  it.each([
    ['it is within its target', { oldestMs: 10_000, waiting: 100 }],
    ['nothing waits any more', { oldestMs: 60_000, waiting: 0 }],
    ['the demand asks for as many', { oldestMs: 60_000, waiting: 3_000, serviceSeconds: 30 }],
  ])('changes nothing when %s', (_when, changes) => {
    expect(needOf(changes, 4).steps.map(({ name }) => name)).not.toContain('age');
  });

  it('counts the workers that fetch, not those that drain or are still to come', () => {
    const team = workers(3).map((worker, index) => ({ ...worker, draining: index > 0 }));
    const signal = pool({ queues: [load({ waiting: 100, oldestMs: 20_000, serviceSeconds: 0.01 })], replicas: 6, workers: team });
    expect(poolNeed(signal, {}, policy()).workers).toBe(2);
  });
});

describe('what holds a need back', () => {
  it.each([
    ['how many may run at once', { concurrencyLimit: 25 }, 3, 'io: at most 25 jobs may run at once, so 3 workers of 10 slots.'],
    [
      'how many may start a second',
      { ratePerSecond: 20 },
      2,
      'io: at most 20 may start a second, of which 20 run at once, so 2 workers of 10 slots.',
    ],
    ['the tighter of both', { concurrencyLimit: 5, ratePerSecond: 20 }, 1, 'io: at most 5 jobs may run at once, so 1 worker of 10 slots.'],
    [
      'a rate of which hardly a job runs',
      { ratePerSecond: 0.01 },
      1,
      'io: at most 0.01 may start a second, of which 0.01 run at once, so 1 worker of 10 slots.',
    ],
  ])('is %s', (_what, limits, most, because) => {
    const need = needOf({ waiting: 3_000, ...limits });
    expect(need).toMatchObject({ raw: 10, workers: most });
    expect(need.steps.at(-1)).toEqual({ name: 'cap', value: most, because });
  });

  it('does not name a limit that is not reached', () => {
    expect(saysOf(needOf({ waiting: 30, concurrencyLimit: 10 }))).toEqual([
      ['demand', 0],
      ['backlog', 1],
    ]);
  });

  it('leaves a rate out of it, as long as nobody knows how long a job runs', () => {
    expect(needOf({ waiting: 3_000, serviceSeconds: null, ratePerSecond: 1 }).workers).toBe(30);
  });
});

describe('a dependency that is stuck', () => {
  const failing = { waiting: 600, oldestMs: 60_000, failureShare: 0.8 };
  const noted = { io: { at: NOW, value: 50_000 } };

  it('brings no further worker while most attempts fail and the oldest job gets no younger', () => {
    const need = needOf(failing, 2, noted);
    expect(need).toMatchObject({ raw: 4, workers: 2 });
    expect(need.steps.at(-1)?.because).toBe(
      'io: 80 % of the latest attempts failed and the oldest job is no younger, so more than 2 workers would not help.',
    );
  });

  it.each([
    ['the oldest job gets younger', failing, { io: { at: NOW, value: 70_000 } }],
    ['its age was not known before', failing, {}],
    ['half of the attempts succeed', { ...failing, failureShare: 0.5 }, noted],
    ['no attempt has ended', { ...failing, failureShare: null }, noted],
  ])('is not seen when %s', (_when, changes, ages: Record<string, Sample>) => {
    expect(needOf(changes, 2, ages).workers).toBe(4);
  });

  it('still gets one worker, to see when it is back', () => {
    expect(needOf(failing, 0, noted).workers).toBe(1);
  });
});

describe('the need of a pool', () => {
  const need = (...queues: Partial<QueueLoad>[]) => poolNeed(pool({ queues: queues.map(load) }), {}, policy());

  it('is that of the queue that needs the most, and says why', () => {
    const both = need({ queue: 'io', waiting: 90 }, { queue: 'cpu', waiting: 30, slotsPerWorker: 1 });
    expect(both).toMatchObject({ raw: 1, workers: 1 });
    expect(
      need({ queue: 'cpu', arrivals: 4, slotsPerWorker: 1 }, { queue: 'io', arrivals: 8 }).steps.map(({ because }) => because),
    ).toEqual(['cpu: 4 jobs a second of 1s each take 5 slots at 80 % utilization, so 5 workers of 1 slot.']);
  });

  it('tells of a queue that would have had more', () => {
    const held = need({ queue: 'io', waiting: 3_000, concurrencyLimit: 10 }, { queue: 'cpu', waiting: 60, slotsPerWorker: 1 });
    expect(held).toMatchObject({ raw: 10, workers: 2 });
    expect(held.steps.map(({ name, value }) => [name, value])).toEqual([
      ['demand', 0],
      ['backlog', 10],
      ['cap', 1],
      ['demand', 0],
      ['backlog', 2],
    ]);
  });

  it('is urgent for the part of a queue that is late', () => {
    const late = { queue: 'io', waiting: 60, oldestMs: 20_000 };
    expect(need(late, { queue: 'cpu', arrivals: 4, slotsPerWorker: 1 })).toMatchObject({ workers: 5, urgent: 2 });
  });

  it('is none without a queue', () => {
    expect(need()).toMatchObject({ raw: 0, workers: 0, steps: [{ name: 'demand', value: 0 }] });
  });
});
