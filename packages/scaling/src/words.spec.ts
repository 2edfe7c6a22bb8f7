import { expect, it } from '@jest/globals';
import { amount, count, duration, percent } from './words.js';

it.each([
  [0, '0'],
  [0.012345, '0.0123'],
  [7.5, '7.5'],
  [99.96, '100'],
  [1_234.5, '1,235'],
])('writes %d as %s', (value, text) => {
  expect(amount(value)).toBe(text);
});

it.each([
  [0, '0ms'],
  [850, '850ms'],
  [1_000, '1s'],
  [12_340, '12.3s'],
  [60_000, '1m'],
  [90_000, '90s'],
  [150_000, '2.5m'],
  [3_600_000, '1h'],
  [5_400_000, '90m'],
])('writes %d ms as %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

it('writes one and several, and shares', () => {
  expect([count(1, 'worker'), count(0, 'worker'), count(1_500, 'job'), percent(0.8), percent(0.125)]).toEqual([
    '1 worker',
    '0 workers',
    '1,500 jobs',
    '80 %',
    '12.5 %',
  ]);
});
