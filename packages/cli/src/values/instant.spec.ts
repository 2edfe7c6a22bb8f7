import { describe, expect, it } from '@jest/globals';
import { formatRelative, parseFuture, parsePast } from './instant.js';

const NOW = Date.parse('2026-11-25T08:00:00Z');

describe('parsePast and parseFuture', () => {
  it('read a time with its zone', () => {
    expect(parsePast('2026-11-25T09:00:00+02:00', NOW)).toBe('2026-11-25T07:00:00.000Z');
    expect(parseFuture('2026-12-01T00:00Z', NOW)).toBe('2026-12-01T00:00:00.000Z');
  });

  it('count a duration from now, each in its direction', () => {
    expect(parsePast('2h', NOW)).toBe('2026-11-25T06:00:00.000Z');
    expect(parseFuture('2h', NOW)).toBe('2026-11-25T10:00:00.000Z');
  });

  it.each([
    ['2026-11-25', /with its zone/],
    ['2026-11-25T08:00:00', /with its zone/],
    ['2026-13-45T08:00:00Z', /no such time/],
    ['2026-02-30T08:00:00Z', /no such time/],
    ['2026-11-25T25:00:00Z', /no such time/],
    ['99999999999d', /no such time/],
    ['900000d', /no such time/],
    ['yesterday', /with a unit/],
  ])('refuse %s', (text, reason) => expect(() => parsePast(text, NOW)).toThrow(reason));
});

describe('formatRelative', () => {
  it.each([
    [null, ''],
    ['2026-11-25T08:00:00.900Z', 'now'],
    ['2026-11-25T07:56:40Z', '3m 20s ago'],
    ['2026-11-25T08:05:00Z', 'in 5m'],
  ])('tells %s as %p', (instant, text) => expect(formatRelative(instant, NOW)).toBe(text));
});
