import { describe, expect, it } from '@jest/globals';
import { formatDuration, parseDuration } from './duration.js';

describe('parseDuration', () => {
  it.each([
    ['0s', 0],
    ['500ms', 500],
    ['10s', 10_000],
    ['1.5h', 5_400_000],
    ['2d', 172_800_000],
  ])('reads %s', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each(['5', '', 's', '-1s', '1 s', '1w', '1h30m', '1e3s', 'Infinitys'])('refuses %p, and says how', (text) => {
    expect(() => parseDuration(text)).toThrow(/with a unit: 500ms/);
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0ms'],
    [0.6, '1ms'],
    [999, '999ms'],
    [1_234, '1.2s'],
    [2_000, '2s'],
    [9_949, '9.9s'],
    [9_950, '10s'],
    [59_400, '59s'],
    [59_600, '1m'],
    [200_000, '3m 20s'],
    [7_500_000, '2h 5m'],
    [273_600_000, '3d 4h'],
  ])('tells %p ms as %s', (ms, text) => expect(formatDuration(ms)).toBe(text));
});
