import { describe, expect, it } from '@jest/globals';
import { parsePlan } from './plan.js';

describe('parsePlan', () => {
  it('makes --quick shorter than the full run', () => {
    const [full, quick] = [parsePlan([]), parsePlan(['--quick'])];
    if (full === 'help' || quick === 'help') throw new Error('expected plans');
    expect(quick.rounds * quick.seconds).toBeLessThan(full.rounds * full.seconds);
  });

  it('has an odd number of rounds, so that a median is a round that was run', () => {
    for (const args of [[], ['--quick']]) {
      expect(parsePlan(args)).toMatchObject({ rounds: expect.any(Number) });
      const plan = parsePlan(args);
      expect(plan !== 'help' && plan.rounds % 2).toBe(1);
    }
  });

  it('knows when it is asked for help', () => {
    expect(parsePlan(['-h'])).toBe('help');
  });

  it('names an option that it does not know', () => {
    expect(() => parsePlan(['--quickly'])).toThrow("'--quickly'");
  });

  it('runs one workload where it is told which', () => {
    expect(parsePlan(['--quick', '--only', 'durability'])).toMatchObject({ rounds: 3, only: 'durability' });
  });
});
