import { describe, expect, it } from '@jest/globals';
import { parseBackoff } from './backoff.js';

describe('parseBackoff', () => {
  it.each([
    ['10s', { type: 'exponential', delay: 10_000 }],
    ['1.5s..5m', { type: 'exponential', delay: 1_500, maxDelay: 300_000 }],
    ['fixed:30s', { type: 'fixed', delay: 30_000 }],
  ])('reads %s', (text, backoff) => expect(parseBackoff(text)).toEqual(backoff));

  it.each(['10', '10s..', '..5m', '1s..2s..3s', 'fixed:', 'linear:10s'])('refuses %s', (text) => {
    expect(() => parseBackoff(text)).toThrow(/10s/);
  });
});
