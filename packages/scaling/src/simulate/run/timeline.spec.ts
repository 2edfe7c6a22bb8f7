import { describe, expect, it } from '@jest/globals';
import { Timeline } from './timeline.js';

describe('a timeline', () => {
  it('keeps the worst of each stretch, the rate within it, and the cost until its end', () => {
    const timeline = new Timeline(2);
    const add = (second: number, arrived: number, backlog: number, workers: number) =>
      timeline.add(second, { arrived, backlog, oldestMs: backlog * 100, workers, workerMinutes: second + 1 });
    add(0, 4, 4, 1);
    add(1, 6, 2, 3);
    add(2, 16, 5, 2);
    expect(timeline.moments).toEqual([
      { at: 1, arrivals: 3, backlog: 4, oldest: 0.4, workers: 3, workerMinutes: 2 },
      { at: 2.5, arrivals: 10, backlog: 5, oldest: 0.5, workers: 2, workerMinutes: 3 },
    ]);
  });
});
