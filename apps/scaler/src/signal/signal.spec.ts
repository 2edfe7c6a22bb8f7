import { describe, expect, it } from '@jest/globals';
import { snapshot } from '../fixtures/snapshot.js';
import { missed, observed } from './signal.js';

const at = (seconds: number) => 1_000_000 + seconds * 1_000;

describe('a signal', () => {
  it('has no rates before the second reading', () => {
    const first = observed(undefined, snapshot({ at: at(0) }));
    expect(first).toMatchObject({ state: 'known', queue: 'io', rates: undefined });
    const second = observed(first, snapshot({ at: at(10), waiting: 10 }));
    expect(second.rates).toEqual({ arrivals: 1, completions: 0 });
  });

  it('smooths its rates from reading to reading', () => {
    const first = observed(undefined, snapshot({ at: at(0) }));
    const second = observed(first, snapshot({ at: at(30), waiting: 30 }));
    expect(observed(second, snapshot({ at: at(60), waiting: 30 })).rates).toEqual({ arrivals: 0.5, completions: 0 });
  });

  it('is unknown after a reading that failed, and counts those', () => {
    const known = observed(undefined, snapshot());
    const once = missed(known, 'io', 'no connection');
    expect(once).toEqual({ state: 'unknown', queue: 'io', reason: 'no connection', failures: 1 });
    expect(missed(once, 'io', 'timed out')).toEqual({ state: 'unknown', queue: 'io', reason: 'timed out', failures: 2 });
    expect(missed(observed(once, snapshot()), 'io', 'again').failures).toBe(1);
  });

  it('carries no rates over a gap: what happened in it is not known', () => {
    const before = observed(observed(undefined, snapshot({ at: at(0) })), snapshot({ at: at(10), waiting: 10 }));
    expect(before.rates).toBeDefined();
    expect(observed(missed(before, 'io', 'gone'), snapshot({ at: at(20), waiting: 5_000 })).rates).toBeUndefined();
  });

  it('has no rates after the counters went back', () => {
    const before = observed(undefined, snapshot({ at: at(0), finishedTotal: 9 }));
    expect(observed(before, snapshot({ at: at(5) })).rates).toBeUndefined();
  });
});
