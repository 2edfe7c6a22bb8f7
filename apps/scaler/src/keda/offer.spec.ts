import { describe, expect, it } from '@jest/globals';
import { decision, unknownSignal } from './fixtures/decision.js';
import { offerOf } from './offer.js';

const NOW = 1_000_000;

describe('offerOf', () => {
  it('offers what was decided, 0 included', () => {
    expect(offerOf(decision({ at: NOW, desired: 7 }), NOW, 15_000)).toEqual({ state: 'known', workers: 7 });
    expect(offerOf(decision({ at: NOW, desired: 0 }), NOW, 15_000)).toEqual({ state: 'known', workers: 0 });
  });

  it('offers nothing before the first decision', () => {
    expect(offerOf(undefined, NOW, 15_000)).toEqual({ state: 'unknown', reason: expect.stringContaining('nothing has been decided yet') });
  });

  it('offers nothing once the decision is too old', () => {
    const old = decision({ at: NOW });
    expect(offerOf(old, NOW + 15_000, 15_000).state).toBe('known');
    expect(offerOf(old, NOW + 15_001, 15_000)).toEqual({ state: 'unknown', reason: expect.stringContaining('15 s old') });
  });

  it('offers what an operator has pinned, also while the load is not known', () => {
    const pinned = { name: 'pin', value: 6, because: 'pinned to 6' } as const;
    const blind = decision({ at: NOW, desired: 6, steps: [pinned], signal: unknownSignal('Redis is gone') });
    expect(offerOf(blind, NOW, 15_000)).toEqual({ state: 'known', workers: 6 });
  });

  it('offers nothing of a pool that is switched off, or whose target nobody can read', () => {
    expect(offerOf(decision({ at: NOW, mode: 'off' }), NOW, 15_000)).toEqual({
      state: 'unknown',
      reason: expect.stringContaining('mode: off'),
    });
    const lost = decision({ at: NOW, current: null, desired: null });
    expect(offerOf(lost, NOW, 15_000)).toEqual({ state: 'unknown', reason: 'nobody knows how many workers there are' });
  });

  it.each([0, 1, 5])('offers nothing of a load that is not known, whatever was decided on it: %i', (desired) => {
    const blind = decision({ at: NOW, desired, signal: unknownSignal('Redis is gone') });
    expect(offerOf(blind, NOW, 15_000)).toEqual({ state: 'unknown', reason: 'its load is not known: Redis is gone' });
  });
});
