import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Extreme, extremeOf, note, type Sample } from './sliding-extreme.js';

const samplesOf = (steps: readonly (readonly [number, number])[]): Sample[] => {
  let at = 0;
  return steps.map(([after, value]) => {
    at += after;
    return { at, value };
  });
};
const noteAll = (extreme: Extreme, samples: readonly Sample[], window: number) =>
  samples.reduce<Sample[]>((kept, sample) => note(extreme, kept, sample, window), []);

describe('the extreme of a sliding window', () => {
  const steps = fc.array(fc.tuple(fc.nat(20), fc.nat(9)), { minLength: 1, maxLength: 40 });

  it.each([
    ['highest', Math.max],
    ['lowest', Math.min],
  ] as const)('is the %s of all samples in it, of which few are kept', (extreme, best) => {
    const property = (given: [number, number][], window: number) => {
      const samples = samplesOf(given);
      const now = samples.at(-1)?.at ?? 0;
      const kept = noteAll(extreme, samples, window);
      const inside = samples.filter(({ at }, index) => at > now - window || index === samples.length - 1).map(({ value }) => value);
      expect(extremeOf(kept, Number.NaN)).toBe(best(...inside));
      expect(kept.length).toBeLessThanOrEqual(new Set(inside).size);
    };
    fc.assert(fc.property(steps, fc.nat(100), property), { numRuns: 500 });
  });

  it('is over a window later, whatever the clock showed before', () => {
    const ahead = noteAll('highest', [{ at: 3_600_000, value: 9 }], 100);
    const back = note('highest', ahead, { at: 1_000, value: 1 }, 100);
    expect(extremeOf(back, 0)).toBe(9);
    expect(extremeOf(note('highest', back, { at: 1_100, value: 1 }, 100), 0)).toBe(1);
  });

  it('is what else is said where there is no sample', () => {
    expect(extremeOf([], 7)).toBe(7);
  });
});
