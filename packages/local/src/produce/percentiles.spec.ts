import { describe, expect, it } from '@jest/globals';
import { percentiles } from './percentiles.js';

describe('percentiles', () => {
  it('takes measured figures by nearest rank, whatever their order', () => {
    const durations = Array.from({ length: 200 }, (_, index) => 200 - index);
    expect(percentiles(durations)).toEqual({ p50: 100, p95: 190, p99: 198, max: 200 });
  });

  it('sorts numbers as numbers, and leaves what it was given alone', () => {
    const durations = [9, 100, 20];
    expect(percentiles(durations)).toEqual({ p50: 20, p95: 100, p99: 100, max: 100 });
    expect(durations).toEqual([9, 100, 20]);
  });

  it('knows one duration, and none', () => {
    expect(percentiles([7])).toEqual({ p50: 7, p95: 7, p99: 7, max: 7 });
    expect(percentiles([])).toBeUndefined();
  });
});
