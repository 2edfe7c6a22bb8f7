import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { shareSlots } from './slot-shares.js';

describe('shareSlots', () => {
  it('leaves what one consumer can have to one', () => {
    expect([shareSlots(1), shareSlots(1_000)]).toEqual([[1], [1_000]]);
  });

  it('gives more to as few as can be, equally', () => {
    expect([shareSlots(1_001), shareSlots(2_500)]).toEqual([
      [500, 501],
      [833, 833, 834],
    ]);
  });

  it('gives out exactly what there is, whatever that is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), (slots) => {
        const shares = shareSlots(slots);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBe(slots);
        expect(Math.max(...shares)).toBeLessThanOrEqual(1_000);
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
      }),
    );
  });
});
