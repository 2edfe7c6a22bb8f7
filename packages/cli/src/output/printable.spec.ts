import { describe, expect, it } from '@jest/globals';
import { printable, toJson } from './printable.js';

describe('printable', () => {
  it.each([
    ['a line\nanother', 'a line\\nanother'],
    ['\x1b[2J\x1b]0;title\x07', '\\u001b[2J\\u001b]0;title\\u0007'],
    ['\u009b2J', '\\u009b2J'],
    ['safe\u202etxt.exe', 'safe\\u202etxt.exe'],
    ['tab\there', 'tab here'],
    ['grüße 漢字 👍', 'grüße 漢字 👍'],
  ])('shows %j', (text, shown) => expect(printable(text)).toBe(shown));
});

describe('toJson', () => {
  it('is JSON that a terminal obeys nothing of', () => {
    const value = { text: '\x1b[2J\u009b2J\u202e\x7f', 'key\u009b': 1 };
    expect(toJson(value)).toMatch(/^[\x20-\x7e]*$/);
    expect(JSON.parse(toJson(value, 2))).toEqual(value);
  });

  it('has a word for what JSON has none for', () => expect(toJson(undefined)).toBe('null'));
});
