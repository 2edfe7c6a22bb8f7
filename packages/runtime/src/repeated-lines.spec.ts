import { describe, expect, it } from '@jest/globals';
import { RepeatedLines } from './repeated-lines.js';

function start() {
  const written: string[] = [];
  return { written, lines: new RepeatedLines((line) => written.push(line)) };
}

describe('RepeatedLines', () => {
  it('tells a line at once, and again after half a minute, with how often it came in between', () => {
    const { written, lines } = start();
    for (const now of [0, 1, 29_999, 30_000, 60_000]) lines.tell('no', now);
    expect(written).toEqual(['no', 'no (2 times more since it was last told)', 'no']);
  });

  it('tells another line at once', () => {
    const { written, lines } = start();
    for (const line of ['a', 'b', 'a', 'b']) lines.tell(line, 0);
    expect(written).toEqual(['a', 'b']);
  });

  it('keeps few of them, however many there are', () => {
    const { written, lines } = start();
    for (let line = 0; line < 1_000; line++) lines.tell(String(line), 0);
    lines.tell('999', 1);
    expect(written).toHaveLength(1_000);
    lines.tell('0', 1);
    expect(written).toHaveLength(1_001);
  });
});
