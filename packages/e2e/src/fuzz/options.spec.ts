import { describe, expect, it } from '@jest/globals';
import { parseOptions } from './options.js';

describe('parseOptions', () => {
  it('takes a seed and a time, and draws the seed that is not given', () => {
    expect(parseOptions(['--seed', '7', '--seconds', '600'])).toEqual({ seed: 7, seconds: 600 });
    const drawn = [parseOptions([]), parseOptions([]), parseOptions([])].map((options) => (options === 'help' ? 0 : options.seed));
    expect(new Set(drawn).size).toBeGreaterThan(1);
  });

  it('tells how it is used', () => {
    expect(parseOptions(['--help'])).toBe('help');
  });

  it.each([
    [['--seed', 'x'], /--seed must be a whole number from 1/],
    [['--seconds', '0'], /--seconds must be a whole number from 1/],
    [['--second', '1'], /--second/],
  ])('refuses %j', (args, message) => expect(() => parseOptions(args)).toThrow(message));
});
