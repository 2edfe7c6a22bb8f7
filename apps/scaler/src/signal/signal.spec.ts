import { describe, expect, it } from '@jest/globals';
import { reading } from '../fixtures/snapshot.js';
import { missed, observed } from './signal.js';

const at = (seconds: number) => 1_000_000 + seconds * 1_000;

describe('a signal', () => {
  it('has no rates before the second reading', () => {
    const first = observed(undefined, reading({ at: at(0) }));
    expect(first).toMatchObject({ state: 'known', queue: 'io', rates: undefined, serviceMs: undefined });
    const second = observed(first, reading({ at: at(10), waiting: 10 }));
    expect(second.rates).toEqual({ arrivals: 1, ready: 1, completions: 0 });
  });

  it('smooths its rates from reading to reading', () => {
    const first = observed(undefined, reading({ at: at(0) }));
    const second = observed(first, reading({ at: at(30), waiting: 30 }));
    const third = observed(second, reading({ at: at(60), waiting: 30 }));
    // Half as old counts twice.
    expect(third.rates?.ready).toBeCloseTo(1 / 3, 9);
    expect(observed(third, reading({ at: at(90), waiting: 30 })).rates?.ready).toBeCloseTo(1 / 7, 9);
  });

  it('takes a burst between two readings that are close to each other for what it is', () => {
    const first = observed(undefined, reading({ at: at(0) }));
    const second = observed(first, reading({ at: at(0.02), waiting: 28 }));
    expect(second.rates?.ready).toBeLessThan(6);
    let signal = second;
    for (let seconds = 1; seconds <= 90; seconds++) signal = observed(signal, reading({ at: at(seconds), waiting: 28 }));
    expect(signal.rates?.ready).toBeLessThan(0.2);
  });

  it('knows a steady stream from the first seconds on, however often it looks', () => {
    let signal = observed(undefined, reading({ at: at(0) }));
    for (let step = 1; step <= 12; step++) signal = observed(signal, reading({ at: at(step / 2), waiting: 5 * step }));
    expect(signal.rates?.ready).toBeCloseTo(10, 9);
  });

  it('is unknown after a reading that failed, and counts those', () => {
    const known = observed(undefined, reading());
    const once = missed(known, 'io', 'no connection');
    expect(once).toEqual({ state: 'unknown', queue: 'io', reason: 'no connection', failures: 1 });
    expect(missed(once, 'io', 'timed out')).toEqual({ state: 'unknown', queue: 'io', reason: 'timed out', failures: 2 });
    expect(missed(observed(once, reading()), 'io', 'again').failures).toBe(1);
  });

  it('carries no rates over a gap: what happened in it is not known', () => {
    const before = observed(observed(undefined, reading({ at: at(0) })), reading({ at: at(10), waiting: 10 }));
    expect(before.rates).toBeDefined();
    expect(observed(missed(before, 'io', 'gone'), reading({ at: at(20), waiting: 5_000 })).rates).toBeUndefined();
  });

  it('has no rates after the counters went back', () => {
    const before = observed(undefined, reading({ at: at(0), finishedTotal: 9 }));
    expect(observed(before, reading({ at: at(5) })).rates).toBeUndefined();
  });

  it('knows how long jobs run, smoothed, and goes on knowing it while none ends', () => {
    const ran = (meanRunMs: number | null) => ({ runs: { ended: 1, failureShare: 0, meanRunMs } });
    const first = observed(undefined, reading({ at: at(0) }, ran(1_000)));
    const second = observed(first, reading({ at: at(30) }, ran(2_000)));
    expect([first.serviceMs, second.serviceMs]).toEqual([1_000, 1_500]);
    expect(observed(second, reading({ at: at(60) }, ran(null))).serviceMs).toBe(1_500);
    expect(observed(undefined, reading({}, ran(0))).serviceMs).toBe(1);
  });

  it.each([
    ['waits', { waiting: 1 }, true],
    ['is due soon', { delayedDue: 1 }, true],
    ['runs', { active: 1 }, true],
    ['has finished since', { finishedTotal: 1 }, true],
    ['runs although the queue is paused', { active: 1, paused: true }, true],
    ['waits in a paused queue', { waiting: 1, delayedDue: 1, paused: true }, false],
    ['is due much later', { delayed: 1 }, false],
  ])('is busy while a job %s', (_what, changes, busy) => {
    const first = observed(undefined, reading({ at: at(0) }));
    expect(observed(first, reading({ at: at(10), ...changes })).busyAt).toBe(busy ? at(10) : at(0));
  });
});
