import { describe, expect, it } from '@jest/globals';
import { parseRule } from './rule.js';

describe('parseRule', () => {
  it.each([
    'api.example.com',
    '*.example.com',
    'localhost',
    'a_b.internal',
    '10.0.0.1',
    '10.0.0.0/8',
    '0.0.0.0/0',
    '::/0',
    'fd00::/8',
    'Bücher.example',
  ])('takes %s', (entry) => {
    expect(parseRule(entry).text).toBe(entry);
  });

  it.each([
    'https://example.com',
    'example.com:80',
    '*',
    '*.',
    'a.*.example.com',
    'exa mple.com',
    '10.0.0.0/33',
    '::/129',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '10.0.0/8',
    '10.0.0.0/8/8',
    '300.1.1.1',
    '0x7f.1',
    '',
  ])('refuses "%s" and says what to give instead', (entry) => {
    expect(() => parseRule(entry)).toThrow(`"${entry}" is no`);
    expect(() => parseRule(entry)).toThrow(/give a host .* or a CIDR block/);
  });

  it('matches an international name as URLs spell it', () => {
    expect(parseRule('bücher.example').matches({ host: 'xn--bcher-kva.example', addresses: [] })).toBe(true);
  });
});
