import { describe, expect, it } from '@jest/globals';
import type { Moment } from '../timeline/timeline.js';
import { LATENCY, plot, THROUGHPUT } from './plot.js';

const moment = (at: number, p50: number | null): Moment => ({
  at,
  acknowledged: p50 === null ? 0 : 10,
  refused: 0,
  unknown: 0,
  ended: 5,
  p50,
  p99: p50,
  max: p50,
});

describe('plot', () => {
  it('breaks a line where nothing was measured', () => {
    const svg = plot(LATENCY, [moment(0, 5), moment(0.25, 6), moment(0.5, null), moment(0.75, 7)], []);
    const [p50 = ''] = /class="first" d="M\d[^"]*L[^"]*"/.exec(svg) ?? [];
    expect([p50.match(/M/g)?.length, p50.match(/L/g)?.length]).toEqual([2, 1]);
  });

  it('tells rates per second, and marks faults with their names escaped', () => {
    const svg = plot(THROUGHPUT, [moment(0, 5)], [{ at: 0.1, label: 'kill <-9>' }]);
    expect(svg).toContain('>40/s<');
    expect(svg).toContain('kill &lt;-9&gt;');
    expect(svg).not.toContain('<-9>');
  });
});
