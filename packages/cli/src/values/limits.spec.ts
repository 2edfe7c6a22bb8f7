import { describe, expect, it } from '@jest/globals';
import { collectPerQueue, formatRateLimit, parseConcurrency, parseRate } from './limits.js';

describe('parseRate', () => {
  it.each([
    ['100/s', { max: 100, per: 1_000 }],
    ['5/1m', { max: 5, per: 60_000 }],
    ['1000/10s', { max: 1_000, per: 10_000 }],
    ['none', 'none'],
  ])('reads %s', (text, rate) => expect(parseRate(text)).toEqual(rate));

  it.each(['100', '0/s', '-1/s', '1.5/s', '/s', '100/', '100/fortnight'])('refuses %p', (text) => {
    expect(() => parseRate(text)).toThrow(/such as 100\/s|with a unit/);
  });

  it('tells what it has read', () => {
    expect([{ max: 1_000, per: 10_000 }, null].map(formatRateLimit)).toEqual(['1,000 per 10s', 'none']);
  });
});

describe('parseConcurrency', () => {
  it('reads a number, or none', () => expect([parseConcurrency('50'), parseConcurrency('none')]).toEqual([50, 'none']));
  it.each(['0', '1.5', '', 'many'])('refuses %p', (text) => expect(() => parseConcurrency(text)).toThrow('Give a whole number'));
});

describe('collectPerQueue', () => {
  it('puts pairs together; the last of a queue wins', () => {
    const collect = collectPerQueue(parseConcurrency);
    expect(['io=5', 'cpu=none', 'io=7'].reduce((before, pair) => collect(pair, before), {})).toEqual({ io: 7, cpu: 'none' });
  });

  it.each(['io', '=5', 'io='])('refuses %p', (pair) => {
    expect(() => collectPerQueue(parseConcurrency)(pair)).toThrow('Say for which queue');
  });
});
