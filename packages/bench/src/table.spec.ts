import { describe, expect, it } from '@jest/globals';
import { judge, ratio } from './goal.js';
import { summarize } from './summary.js';
import { alignColumns, figureRows, goalRows } from './table.js';

const METRICS = [
  { key: 'rate', title: 'stored/s', digits: 0 },
  { key: 'p99', title: 'p99 ms', digits: 1 },
];
const ROUNDS = [
  { gateway: { rate: 4000, p99: 2 }, bare: { rate: 10000, p99: 1 } },
  { gateway: { rate: 6000, p99: 2 }, bare: { rate: 10000, p99: 1 } },
  { gateway: { rate: 5000, p99: 2 }, bare: { rate: 10000, p99: 1 } },
];

describe('summarize', () => {
  it.each([
    [[5], { median: 5, quartiles: [5, 5] }],
    [[10, 9, 100], { median: 10, quartiles: [9.5, 55] }],
    [[1, 4, 2, 3], { median: 2.5, quartiles: [1.75, 3.25] }],
  ])('of %j', (values, summary) => {
    expect(summarize(values)).toEqual(summary);
  });

  it('refuses to make figures up without values', () => {
    expect(() => summarize([])).toThrow(RangeError);
  });
});

describe('tables', () => {
  it('show medians and spread', () => {
    expect(alignColumns(figureRows(METRICS, ['gateway', 'bare', 'absent'], ROUNDS)).split('\n')).toEqual([
      '                       stored/s   p99 ms',
      '  gateway   5,000 (4,500–5,500)      2.0',
      '  bare                   10,000      1.0',
      '  absent                      –        –',
    ]);
  });

  it('show what must be reached, and whether it is', () => {
    const goal = { title: 'stored/s', better: 'higher', must: 0.75, aim: 1, read: ratio('rate', 'gateway', 'bare') } as const;
    expect(alignColumns(goalRows([judge(goal, ROUNDS)])).split('\n')).toEqual([
      '                       median     must      aim',
      '  stored/s   0.50 (0.45–0.55)   ≥ 0.75   ≥ 1.00   ✗',
    ]);
  });
});
