import { describe, expect, it } from '@jest/globals';
import { Keda } from './keda.js';

const create = (min: number) => new Keda({ metric: 'waiting and running', lagPerReplica: 10, min, max: 50 });

/** @returns what is wanted at each of the times, in seconds, as it is done */
function play(keda: Keda, steps: readonly (readonly [second: number, lag: number])[]): number[] {
  let replicas = keda.initial;
  return steps.map(([second, lag]) => {
    const counts = { waiting: lag, active: 0, oldestMs: null, arrived: 0, finished: 0, finishedMs: 0, workers: [] };
    replicas = keda.decide({ now: second * 1_000, replicas, ready: replicas, reading: { at: second * 1_000, ...counts } });
    return replicas;
  });
}

describe('KEDA', () => {
  it('keeps the lag of each replica at the target, by its HPA', () => {
    expect(play(create(1), [[0, 40]])).toEqual([4]);
  });

  it('wakes one replica with the first poll that finds a lag; the HPA goes on from there', () => {
    expect(
      play(create(0), [
        [0, 0],
        [15, 80], // no poll
        [30, 80],
        [45, 80],
        [60, 80],
      ]),
    ).toEqual([0, 0, 1, 5, 8]);
  });

  it('goes to zero after the cooldown period without lag', () => {
    const quiet = Array.from({ length: 24 }, (_, index) => [15 * (index + 1), 0] as const);
    const wanted = play(create(0), [[0, 5], ...quiet]);
    expect(wanted[0]).toBe(1);
    expect(wanted.slice(1, 21)).toEqual(Array.from({ length: 20 }, () => 1)); // until 300 s
    expect(wanted.at(-1)).toBe(0);
  });

  it('never goes there with a minimum', () => {
    const quiet = Array.from({ length: 60 }, (_, index) => [15 * index, 0] as const);
    expect(new Set(play(create(2), quiet))).toEqual(new Set([2]));
  });
});
