import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jitterOf, nextTime, timingIssues } from './timing.js';

const NOON = Date.parse('2026-03-01T12:00:00Z');

/** The next times, from just after the anchor on. */
function times(timing: Parameters<typeof nextTime>[0], count: number): (number | undefined)[] {
  let at: number | undefined = NOON;
  return Array.from({ length: count }, () => {
    at = at === undefined ? undefined : nextTime(timing, NOON, at);
    return at === undefined ? undefined : at - NOON;
  });
}

describe('nextTime', () => {
  it('counts an interval from when it was given, or from its start, which is a time of its own', () => {
    expect(times({ every: 1_000 }, 3)).toEqual([1_000, 2_000, 3_000]);
    expect(times({ every: 1_000, startAt: NOON + 500 }, 3)).toEqual([500, 1_500, 2_500]);
    expect(times({ every: 1_000, startAt: NOON - 1_700 }, 2)).toEqual([300, 1_300]);
  });

  it('has a pattern begin at its start, that time included, and ends with the end', () => {
    expect(times({ cron: '0 * * * *', startAt: NOON + 7_200_000 }, 2)).toEqual([7_200_000, 10_800_000]);
    expect(times({ cron: '0 * * * *', endAt: NOON + 7_200_000 }, 3)).toEqual([3_600_000, 7_200_000, undefined]);
    expect(times({ every: 1_000, endAt: NOON + 1_500 }, 2)).toEqual([1_000, undefined]);
  });

  it('never strays from the interval, however late somebody asks', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 10 ** 9 }), fc.nat(10 ** 10), (every, late) => {
        const next = nextTime({ every }, NOON, NOON + late) as number;
        expect((next - NOON) % every).toBe(0);
        expect(next - NOON - late).toBeGreaterThan(0);
        expect(next - NOON - late).toBeLessThanOrEqual(every);
      }),
    );
  });
});

describe('jitterOf', () => {
  it('is within bounds, the same for the same run, and spread over runs', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), fc.nat(3_600_000), (key, at, jitter) => {
        const late = jitterOf(key, at, jitter);
        expect(Number.isInteger(late) && late >= 0 && late <= jitter).toBe(true);
        expect(jitterOf(key, at, jitter)).toBe(late);
      }),
    );
    const tenths = new Set(Array.from({ length: 200 }, (_, index) => Math.floor(jitterOf('acme/a', index, 9_999) / 1_000)));
    expect(tenths.size).toBe(10);
    expect(jitterOf('acme/a', NOON)).toBe(0);
  });
});

describe('timingIssues', () => {
  it('says what is wrong where', () => {
    expect(timingIssues({ cron: '0 0 * * *', timezone: 'Europe/Berlin' }, NOON)).toEqual([]);
    expect(timingIssues({ cron: 'x', timezone: 'y' }, NOON).map(({ path }) => path)).toEqual([['timezone'], ['cron']]);
    expect(timingIssues({ every: 1_000, endAt: NOON }, NOON)).toMatchObject([{ path: ['endAt'] }]);
  });
});
