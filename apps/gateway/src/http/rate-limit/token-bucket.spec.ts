import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TokenBucket } from './token-bucket.js';

const rate = fc.record({ perSecond: fc.double({ min: 0.1, max: 10_000, noNaN: true }), burst: fc.integer({ min: 1, max: 1_000 }) });
/** Milliseconds before a call, and what it is charged beside its token. */
const calls = fc.array(fc.tuple(fc.double({ min: 0, max: 2_000, noNaN: true }), fc.nat(50)), { maxLength: 200 });
const EPSILON = 1e-6;

describe('TokenBucket', () => {
  it('lets no more through in any time than its burst and its rate, and one charge more', () => {
    fc.assert(
      fc.property(rate, calls, (limit, sequence) => {
        const bucket = new TokenBucket(limit, 0);
        const admitted: { at: number; cost: number }[] = [];
        let now = 0;
        for (const [pause, extra] of sequence) {
          now += pause;
          if (!bucket.take(now)) continue;
          bucket.charge(extra, now);
          admitted.push({ at: now, cost: 1 + extra });
        }
        for (const [first, from] of admitted.entries()) {
          let cost = 0;
          for (const { at, cost: own } of admitted.slice(first)) {
            // Before this one is charged, what came before it was within the limit.
            expect(cost).toBeLessThanOrEqual(limit.burst + ((at - from.at) / 1_000) * limit.perSecond + EPSILON * (1 + cost));
            cost += own;
          }
        }
      }),
    );
  });

  it('says how long until there is a token: before that there is none, then there is one', () => {
    fc.assert(
      fc.property(rate, fc.nat(5_000), (limit, charged) => {
        const bucket = new TokenBucket(limit, 0);
        bucket.charge(limit.burst + charged, 0);
        const waitMs = bucket.msUntil(1, 0);
        expect(waitMs).toBeGreaterThan(0);
        expect(bucket.take(waitMs * 0.999)).toBe(false);
        expect(bucket.take(waitMs * (1 + EPSILON))).toBe(true);
      }),
    );
  });

  it('never holds more than its burst, nor loses a token to a clock that stands still', () => {
    fc.assert(
      fc.property(rate, fc.double({ min: 0, max: 1e9, noNaN: true }), (limit, now) => {
        const bucket = new TokenBucket(limit, 0);
        expect(bucket.level(now)).toBe(limit.burst);
        bucket.take(now);
        expect(bucket.level(now)).toBe(limit.burst - 1);
        expect(bucket.level(0)).toBe(limit.burst - 1);
      }),
    );
  });
});
