import { describe, expect, it } from '@jest/globals';
import { summarize } from './summary.js';
import { renderTable } from './table.js';
import type { Subject } from './workload.js';

const subject = (name: string): Subject => ({ name, does: '', run: async () => ({}) });
const PAIR = { product: subject('gateway'), peer: subject('bare') };

describe('summarize', () => {
  it.each([
    [[5], { median: 5, lowest: 5, highest: 5 }],
    [[10, 9, 100], { median: 10, lowest: 9, highest: 100 }],
    [[1, 4, 2, 3], { median: 2.5, lowest: 1, highest: 4 }],
  ])('of %j', (values, summary) => {
    expect(
      summarize(
        values.map((rate) => ({ rate })),
        'rate',
      ),
    ).toEqual(summary);
  });

  it('refuses to make figures up without samples', () => {
    expect(() => summarize([], 'rate')).toThrow(RangeError);
  });
});

describe('renderTable', () => {
  it('shows medians, spread, and product over peer', () => {
    const table = renderTable(
      [
        { key: 'rate', title: 'stored/s', digits: 0 },
        { key: 'lost', title: 'lost', digits: 0 },
      ],
      PAIR,
      {
        product: [
          { rate: 5000, lost: 0 },
          { rate: 4000, lost: 0 },
          { rate: 6000, lost: 0 },
        ],
        peer: [{ rate: 10000, lost: 0 }],
      },
    );
    expect(table.split('\n')).toEqual([
      '                              stored/s   lost',
      '  gateway          5,000 (4,000–6,000)      0',
      '  bare                          10,000      0',
      '  gateway ÷ bare                  0.50      –',
    ]);
  });
});
