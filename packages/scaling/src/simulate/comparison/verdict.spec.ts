import { describe, expect, it } from '@jest/globals';
import type { Kind } from './contender.js';
import type { Outcome } from './outcome.js';
import { judge } from './verdict.js';

const outcome = (kind: Kind, late: number, workerMinutes: number, setting = '', isDocumented = false): Outcome => ({
  kind,
  setting,
  isDocumented,
  jobs: 1_000,
  late,
  lateSeconds: late,
  p50Ms: 0,
  p99Ms: 0,
  workerMinutes,
  changes: 0,
  neverPickedUp: 0,
  moments: [],
});
const matches = (ours: Outcome, ...rivals: Outcome[]) =>
  judge([ours, ...rivals], 'hpa').map(({ choice, rival, isWon }) => [choice, rival?.setting, isWon]);

describe('judge', () => {
  const book = outcome('hpa', 100, 70, 'book', true);

  it('sets a rival by the book, for our price, and for the fewest late jobs', () => {
    const rivals = [book, outcome('hpa', 120, 50, 'cheap'), outcome('hpa', 30, 400, 'lavish'), outcome('keda', 0, 1, 'another')];
    expect(matches(outcome('dts', 40, 60), ...rivals)).toEqual([
      ['by the book', 'book', true],
      ['at our price', 'cheap', true],
      ['most punctual', 'lavish', false],
    ]);
  });

  it.each([
    ['more than half of the late jobs', outcome('dts', 51, 60), false],
    ['half of them, for more worker-minutes', outcome('dts', 50, 71), false],
    ['half of them, for as many', outcome('dts', 50, 70), true],
  ])('wins with no less than %s', (_what, ours, isWon) => {
    expect(matches(ours, book)[0]).toEqual(['by the book', 'book', isWon]);
  });

  it('is not content where a rival has nobody late for less', () => {
    expect(matches(outcome('dts', 0, 60), outcome('hpa', 0, 59, 'better', true)).map(([, , isWon]) => isWon)).toEqual([
      false,
      false,
      false,
    ]);
    expect(matches(outcome('dts', 0, 60), outcome('hpa', 0, 60, 'same', true)).map(([, , isWon]) => isWon)).toEqual([true, true, true]);
  });

  it('has nobody to beat at our price where every setting costs more', () => {
    expect(matches(outcome('dts', 40, 60), book)[1]).toEqual(['at our price', undefined, true]);
  });
});
