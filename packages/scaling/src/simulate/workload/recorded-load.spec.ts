import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { generateJobs } from './jobs.js';
import { parseRecordedLoad } from './recorded-load.js';

const countsOf = (text: string) => {
  const load = parseRecordedLoad('monday', text);
  return Array.from({ length: load.seconds }, (_, second) => load.countAt(second, () => Number.NaN));
};

describe('parseRecordedLoad', () => {
  it('spreads the jobs of a line until the next one', () => {
    expect(countsOf('time,jobs\n10,4\n12,3\n# later\n\n13,0\n15,2\n')).toEqual([2, 2, 3, 0, 0, 2]);
  });

  it('reads times of day, and other separators', () => {
    expect(countsOf('2026-11-25T08:00:00Z;1\r\n2026-11-25T08:00:02Z;5')).toEqual([1, 0, 5]);
  });

  it('loses no job and makes none, however uneven the lines', () => {
    const row = fc.record({ gap: fc.double({ min: 1, max: 90, noNaN: true }), jobs: fc.nat(500) });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 30 }), (rows) => {
        const timeOf = (index: number) => rows.slice(0, index + 1).reduce((sum, { gap }) => sum + gap, 0);
        const text = rows.map(({ jobs }, index) => `${timeOf(index).toFixed(3)},${jobs}`).join('\n');
        const load = parseRecordedLoad('x', text);
        const jobs = generateJobs(load, { meanSeconds: 1, variation: 0 }, 1);
        expect(jobs.length).toBe(rows.reduce((sum, { jobs: count }) => sum + count, 0));
      }),
    );
  });

  it.each([
    ['', /has no lines/],
    ['soon,3', /line 1: "soon,3" has no time first/],
    ['0,3\n1,many', /line 2: "1,many" has no whole number of jobs/],
    ['0,3,4', /line 1: .*no whole number/],
    ['0,3\n0,4', /line 2: its time is not after that of line 1/],
    ['0,1\n9999999,1', /116 days long/],
    ['0,1\n1,30000000', /30000001 jobs: replay 20000000 at most/],
  ])('says what is wrong with %j', (text, message) => {
    expect(() => parseRecordedLoad('x', text)).toThrow(message);
  });

  it('shows the first ten problems and counts the rest', () => {
    const text = Array.from({ length: 25 }, (_, index) => `${index},x`).join('\n');
    expect(() => parseRecordedLoad('x', text)).toThrow(/line 10: [^\n]*\n {2}and 15 more$/);
  });
});
