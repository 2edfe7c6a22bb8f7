import { describe, expect, it } from '@jest/globals';
import { snapshot } from '../fixtures/snapshot.js';
import { ratesBetween, smooth } from './rates.js';

const at = (seconds: number) => 1_000_000 + seconds * 1_000;

describe('ratesBetween', () => {
  it.each([
    ['jobs that came and wait', { waiting: 20 }, { arrivals: 2, ready: 2, completions: 0 }],
    [
      'jobs that came, wherever they are',
      { waiting: 5, active: 5, delayed: 5, waitingChildren: 5 },
      { arrivals: 2, ready: 1, completions: 0 },
    ],
    ['jobs that came and went', { finishedTotal: 130 }, { arrivals: 3, ready: 3, completions: 3 }],
    ['jobs that come later', { delayed: 20 }, { arrivals: 2, ready: 0, completions: 0 }],
    ['nothing', {}, { arrivals: 0, ready: 0, completions: 0 }],
  ])('sees %s', (_what, changes, rates) => {
    expect(ratesBetween(snapshot({ at: at(0), finishedTotal: 100 }), snapshot({ at: at(10), finishedTotal: 100, ...changes }))).toEqual(
      rates,
    );
  });

  it('takes what leaves the backlog by finishing for no arrival', () => {
    const before = snapshot({ at: at(0), waiting: 50, active: 10 });
    const after = snapshot({ at: at(5), waiting: 30, active: 10, finishedTotal: 20 });
    expect(ratesBetween(before, after)).toEqual({ arrivals: 0, ready: 0, completions: 4 });
  });

  it('does not make arrivals of jobs that were taken away', () => {
    expect(ratesBetween(snapshot({ waiting: 50 }), snapshot({ at: at(5) }))).toEqual({ arrivals: 0, ready: 0, completions: 0 });
  });

  it('says nothing over no time, or when the counters went back', () => {
    expect(ratesBetween(snapshot(), snapshot())).toBeUndefined();
    expect(ratesBetween(snapshot({ at: at(1) }), snapshot({ at: at(0) }))).toBeUndefined();
    expect(ratesBetween(snapshot({ finishedTotal: 9 }), snapshot({ at: at(1), finishedTotal: 8 }))).toBeUndefined();
  });
});

describe('smooth', () => {
  const EVER = Number.POSITIVE_INFINITY;
  const still = { arrivals: 0, ready: 0, completions: 10 };
  const busy = { arrivals: 100, ready: 10, completions: 20 };

  it('starts from the first observation', () => {
    expect(smooth(undefined, busy, 5_000, 0)).toEqual(busy);
  });

  it('has come half of the way after the half-life', () => {
    expect(smooth(still, busy, 30_000, EVER)).toEqual({ arrivals: 50, ready: 5, completions: 15 });
  });

  it('does not depend on how often it looks', () => {
    let often = still;
    for (let step = 0; step < 30; step++) often = smooth(often, busy, 1_000, EVER);
    const once = smooth(still, busy, 30_000, EVER);
    expect(often.arrivals).toBeCloseTo(once.arrivals, 9);
    expect(often.completions).toBeCloseTo(once.completions, 9);
  });

  it('stays between what it was and what is observed, and gets there', () => {
    let rates = still;
    for (let step = 0; step < 100; step++) {
      const next = smooth(rates, busy, 10 ** (step % 6), EVER);
      expect(next.arrivals).toBeGreaterThanOrEqual(rates.arrivals);
      expect(next.arrivals).toBeLessThanOrEqual(busy.arrivals);
      rates = next;
    }
    expect(rates.arrivals).toBeCloseTo(100, 5);
  });
});
