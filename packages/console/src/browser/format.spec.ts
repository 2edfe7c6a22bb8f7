import { describe, expect, it } from '@jest/globals';
import { toDuration, toMegabytes, toRate } from './format.js';

describe('format', () => {
  it.each([
    [null, '–'],
    [0, '0 ms'],
    [18.9, '19 ms'],
    [1_000, '1 s'],
    [2_345, '2.3 s'],
    [59_000, '59 s'],
    [90_000, '1.5 min'],
    [7_200_000, '2 h'],
    [200_000_000, '2.3 d'],
  ])('says %p milliseconds as %p', (ms, text) => expect(toDuration(ms)).toBe(text));

  it.each([
    [0, '0/s'],
    [0.0163, '0.016/s'],
    [4, '4/s'],
    [9.96, '10/s'],
    [1_234.5, '1,235/s'],
  ])('says %p a second as %p', (perSecond, text) => expect(toRate(perSecond)).toBe(text));

  it('says bytes as megabytes', () => expect(toMegabytes(207_425_536)).toBe('198 MB'));
});
