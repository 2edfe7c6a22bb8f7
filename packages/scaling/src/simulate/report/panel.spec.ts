import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { drawPanel, ticksTo } from './panel.js';

describe('ticksTo', () => {
  it.each([
    [1, 1],
    [7, 8],
    [39, 40],
    [41, 60],
    [1_234, 1_500],
  ])('%d', (highest, last) => {
    expect(ticksTo(highest)[0]).toBe(0);
    expect(ticksTo(highest).at(-1)).toBe(last);
  });

  it('has a height where there is nothing to show', () => {
    expect(ticksTo(0)).toEqual([0, 0.25, 0.5, 0.75, 1]);
  });

  it('holds every value with few lines', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e9, noNaN: true }), (highest) => {
        const ticks = ticksTo(highest);
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(highest * 0.999_99);
        expect(ticks.length).toBeGreaterThanOrEqual(3);
        expect(ticks.length).toBeLessThanOrEqual(6);
      }),
    );
  });
});

describe('drawPanel', () => {
  it('draws each series from left to right, and the level across', () => {
    const series = [{ colour: 'first' as const, times: [0, 5, 10], values: [0, 10, 5] }];
    const frame = { left: 100, right: 200, top: 20, bottom: 120, seconds: 10 };
    const svg = drawPanel({ title: 'Oldest', unit: ' s', series, level: { value: 20, name: 'target' } }, frame);
    expect(svg).toContain('class="first" d="M100.0 120.0L150.0 70.0L200.0 95.0"');
    expect(svg).toContain('class="level" d="M100 20.0H200"');
    expect(svg).toContain('>20 s<');
  });
});
