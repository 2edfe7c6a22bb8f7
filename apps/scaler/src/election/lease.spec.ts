import { describe, expect, it } from '@jest/globals';
import { LEASE_TIMES, type Lease, lease, moveOn, released, renewed, sight, taken, tokenOf } from './lease.js';

const NOW = new Date('2026-11-25T10:00:00.123Z');
const NONE = lease.parse({ metadata: {} });
const version = (found: Lease, resourceVersion: string): Lease => ({ ...found, metadata: { ...found.metadata, resourceVersion } });
const held = version(taken(NONE, 'other', LEASE_TIMES, NOW), '7');

describe('a Lease', () => {
  it('is renewed by whom it belongs to', () => {
    expect(moveOn(taken(NONE, 'me', LEASE_TIMES, NOW), { version: '7', at: 0 }, 'me', 99_000)).toBe('renew');
    const spec = { ...held.spec, renewTime: '2026-11-25T10:00:02.000000Z' };
    expect(renewed(held, new Date('2026-11-25T10:00:02Z'))).toEqual({ ...held, spec });
  });

  it("is left to another until it has not changed for its duration, by the watcher's own clock", () => {
    const seen = sight(held, undefined, 1_000);
    expect(moveOn(held, seen, 'me', 15_999)).toBe('wait');
    expect(moveOn(held, sight(held, seen, 15_999), 'me', 16_000)).toBe('take');
    const renewedMeanwhile = version(renewed(held, NOW), '8');
    expect(moveOn(renewedMeanwhile, sight(renewedMeanwhile, seen, 15_999), 'me', 16_000)).toBe('wait');
  });

  it('can be taken at once when it was given up, and keeps what is not ours', () => {
    const free = released({ ...held, metadata: { ...held.metadata, labels: { team: 'a' } } }, NOW);
    expect(moveOn(free, { version: '7', at: 0 }, 'me', 0)).toBe('take');
    expect(taken(free, 'me', LEASE_TIMES, NOW)).toMatchObject({
      metadata: { resourceVersion: '7', labels: { team: 'a' } },
      spec: { holderIdentity: 'me', leaseDurationSeconds: 15, leaseTransitions: 1, acquireTime: '2026-11-25T10:00:00.123000Z' },
    });
  });

  it('gives each holder a higher token, also when it was deleted or the clock went back', () => {
    expect(held.spec.leaseTransitions).toBe(0);
    expect(tokenOf(held)).toBe(NOW.getTime());
    expect(tokenOf(renewed(held, new Date()))).toBe(NOW.getTime());
    expect(tokenOf(taken(held, 'me', LEASE_TIMES, new Date(0)))).toBe(NOW.getTime() + 1);
    expect(tokenOf(taken(NONE, 'me', LEASE_TIMES, new Date(NOW.getTime() + 5)))).toBe(NOW.getTime() + 5);
  });
});
