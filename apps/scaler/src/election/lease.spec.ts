import { describe, expect, it } from '@jest/globals';
import { lease } from '../actuator/kubernetes/resources.js';
import { LEASE_TIMES, moveOn, released, renewed, sight, taken } from './lease.js';

const NOW = new Date('2026-11-25T10:00:00.123Z');
const found = (spec: object, version = '7') => lease.parse({ metadata: { resourceVersion: version }, spec });
const held = found(taken(undefined, 'other', LEASE_TIMES, NOW));

describe('a Lease', () => {
  it('is renewed by whom it belongs to', () => {
    expect(moveOn(found(taken(undefined, 'me', LEASE_TIMES, NOW)), { version: '7', at: 0 }, 'me', 99_000)).toBe('renew');
    expect(renewed(held.spec, new Date('2026-11-25T10:00:02Z'))).toEqual({ ...held.spec, renewTime: '2026-11-25T10:00:02.000000Z' });
  });

  it("is left to another until it has not changed for its duration, by the watcher's own clock", () => {
    const seen = sight(held, undefined, 1_000);
    expect(moveOn(held, seen, 'me', 15_999)).toBe('wait');
    expect(moveOn(held, sight(held, seen, 15_999), 'me', 16_000)).toBe('take');
    const renewedMeanwhile = found(renewed(held.spec, NOW), '8');
    expect(moveOn(renewedMeanwhile, sight(renewedMeanwhile, seen, 15_999), 'me', 16_000)).toBe('wait');
  });

  it('counts its holders, and can be taken at once when it was given up', () => {
    const free = found(released(held.spec, NOW));
    expect(moveOn(free, { version: '7', at: 0 }, 'me', 0)).toBe('take');
    expect(held.spec).toEqual({
      holderIdentity: 'other',
      leaseDurationSeconds: 15,
      acquireTime: '2026-11-25T10:00:00.123000Z',
      renewTime: '2026-11-25T10:00:00.123000Z',
      leaseTransitions: 0,
    });
    expect(taken(free.spec, 'me', LEASE_TIMES, NOW)).toMatchObject({ holderIdentity: 'me', leaseTransitions: 1 });
  });
});
