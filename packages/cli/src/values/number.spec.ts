import { describe, expect, it } from '@jest/globals';
import { formatBytes, formatRate, integer, positive } from './number.js';

describe('integer', () => {
  it('reads a whole number within bounds, both included', () => expect(['1', '10'].map(integer(1, 10))).toEqual([1, 10]));

  it.each(['0', '11', '1.5', '-1', '1e1', ' 1', ''])('refuses %p', (text) => {
    expect(() => integer(1, 10)(text)).toThrow('It must be a whole number from 1 to 10.');
  });

  it('has no upper bound unless one is given', () => expect(() => integer(1)('0')).toThrow('of 1 or more'));
});

describe('positive', () => {
  it('reads what is above zero', () => expect(['50', '0.5'].map(positive)).toEqual([50, 0.5]));

  it.each(['0', '-1', '1e1', '.5', ' 1', 'x', ''])('refuses %p', (text) => expect(() => positive(text)).toThrow('a number above 0'));
});

describe('formatRate', () => {
  it.each([
    [0, '0.0'],
    [0.26, '0.3'],
    [999.94, '999.9'],
    [12_345.6, '12,346'],
  ])('tells %p as %s', (value, text) => expect(formatRate(value)).toBe(text));
});

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [1_023, '1023 B'],
    [1_024, '1 KB'],
    [157_286_400, '150 MB'],
    [1_610_612_736, '1.5 GB'],
  ])('tells %p as %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});
