import { describe, expect, it } from '@jest/globals';
import { meter, sparkline } from './sparkline.js';

describe('sparkline', () => {
  it.each([
    [[], '        '],
    [[0, 0], '      ▁▁'],
    [[0, 1, 2, 3, 4, 5, 6, 7, 8], '▁▂▃▄▅▆▇█'],
    [[1, 1_000_000], '      ▁█'],
    [[100, 1, 1, 1, 1, 1, 1, 1, 1], '████████'],
  ])('draws %j in eight columns', (values, drawn) => expect(sparkline(values, 8)).toBe(drawn));
});

describe('meter', () => {
  it.each([
    [0, 10, '░░░░'],
    [5, 10, '██░░'],
    [10, 10, '████'],
    [11, 10, '████'],
    [0, 0, '░░░░'],
  ])('draws %p of %p', (value, total, drawn) => expect(meter(value, total, 4)).toBe(drawn));
});
