import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PickUps } from './pick-ups.js';

const of = (waits: readonly number[]) => {
  const pickUps = new PickUps(1_000);
  for (const wait of waits) pickUps.add(wait);
  return pickUps;
};

describe('pick-ups', () => {
  it('count what is beyond the target', () => {
    expect(of([0, 1_000, 1_001, 3_500])).toMatchObject({ jobs: 4, late: 2, lateSeconds: 2.501 });
    expect(of([])).toMatchObject({ jobs: 0, late: 0, lateSeconds: 0 });
  });

  it('tell percentiles to a tenth of a second', () => {
    const waits = Array.from({ length: 100 }, (_, index) => index * 100);
    expect(of(waits).percentile(0.5)).toBe(5_000);
    expect(of(waits).percentile(0.99)).toBe(9_900);
    expect(of([7_000]).percentile(0.5)).toBe(7_100);
    expect(of([]).percentile(0.99)).toBe(0);
  });

  it('are the same together as one after the other', () => {
    const waits = fc.array(fc.nat(20_000), { maxLength: 50 });
    fc.assert(
      fc.property(waits, waits, (one, other) => {
        const together = of(one);
        together.addAll(of(other));
        const whole = of([...one, ...other]);
        for (const share of [0.5, 0.9, 0.99]) expect(together.percentile(share)).toBe(whole.percentile(share));
        expect([together.jobs, together.late]).toEqual([whole.jobs, whole.late]);
        expect(together.lateSeconds).toBeCloseTo(whole.lateSeconds, 6);
      }),
    );
  });
});
