import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BUCKETS, bucketOf, durationOf, mean, percentile, RELATIVE_ERROR } from './duration-buckets.js';

/** Rounding of floating point, beside the bound itself. */
const BOUND = RELATIVE_ERROR + 1e-9;
/** From a millisecond to 115 days, each order of magnitude as often. */
const duration = fc.double({ min: 0, max: 10, noNaN: true }).map((exponent) => 10 ** exponent);
const share = fc.double({ min: 0.001, max: 1, noNaN: true });

function countsOf(durations: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const ms of durations) counts.set(bucketOf(ms), (counts.get(bucketOf(ms)) ?? 0) + 1);
  return counts;
}

const nearestRank = (durations: readonly number[], q: number) =>
  [...durations].sort((a, b) => a - b)[Math.ceil(durations.length * q) - 1] as number;

describe('a bucket', () => {
  it('stands for every duration in it to within the bound', () => {
    fc.assert(
      fc.property(duration, (ms) => {
        expect(Math.abs(durationOf(bucketOf(ms)) - ms)).toBeLessThanOrEqual(BOUND * ms);
      }),
    );
  });

  it('is one of those there are, and never before that of a shorter duration', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), fc.double({ noNaN: true }), (a, b) => {
        const [shorter, longer] = [bucketOf(Math.min(a, b)), bucketOf(Math.max(a, b))];
        expect(shorter).toBeLessThanOrEqual(longer);
        for (const bucket of [shorter, longer]) expect(Number.isInteger(bucket) && bucket >= 0 && bucket < BUCKETS).toBe(true);
      }),
    );
  });

  it.each([-5, 0, 0.9, Number.NaN])('of %p ms is the first', (ms) => {
    expect([bucketOf(ms), durationOf(bucketOf(ms))]).toEqual([0, 0]);
  });
});

describe('mean', () => {
  it('is within the bound of the exact one, and of nothing is not known', () => {
    fc.assert(
      fc.property(fc.array(duration, { minLength: 1, maxLength: 300 }), (durations) => {
        const exact = durations.reduce((sum, ms) => sum + ms, 0) / durations.length;
        expect(Math.abs(Number(mean(countsOf(durations))) - exact)).toBeLessThanOrEqual(BOUND * exact);
      }),
    );
    expect(mean(new Map())).toBeUndefined();
  });
});

describe('percentile', () => {
  it('is within the bound of the nearest-rank one', () => {
    fc.assert(
      fc.property(fc.array(duration, { minLength: 1, maxLength: 300 }), share, (durations, q) => {
        const exact = nearestRank(durations, q);
        expect(Math.abs(Number(percentile(countsOf(durations), q)) - exact)).toBeLessThanOrEqual(BOUND * exact);
      }),
    );
  });

  it('of counts that were added up is that of all durations', () => {
    fc.assert(
      fc.property(fc.array(duration, { minLength: 1 }), fc.array(duration), share, (some, others, q) => {
        const sum = countsOf(some);
        for (const [bucket, count] of countsOf(others)) sum.set(bucket, (sum.get(bucket) ?? 0) + count);
        expect(percentile(sum, q)).toBe(percentile(countsOf([...some, ...others]), q));
      }),
    );
  });

  it('does not go down as the share goes up', () => {
    fc.assert(
      fc.property(fc.array(duration, { minLength: 1 }), share, share, (durations, a, b) => {
        const counts = countsOf(durations);
        expect(Number(percentile(counts, Math.min(a, b)))).toBeLessThanOrEqual(Number(percentile(counts, Math.max(a, b))));
      }),
    );
  });

  it('of nothing is not known', () => {
    expect(percentile(new Map(), 0.5)).toBeUndefined();
  });
});
