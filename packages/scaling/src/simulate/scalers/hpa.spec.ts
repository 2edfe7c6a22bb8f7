import { describe, expect, it } from '@jest/globals';
import type { Reading } from '../pool/reading.js';
import { Hpa, type HpaOptions } from './hpa.js';

const OPTIONS: HpaOptions = { metric: 'waiting', target: { type: 'AverageValue', jobs: 10 }, min: 1, max: 100 };
const reading = (waiting: number, active = 0): Reading => ({
  at: 0,
  waiting,
  active,
  oldestMs: null,
  arrived: 0,
  finished: 0,
  finishedMs: 0,
  workers: [],
});
/** What one decision wants, with everything ready. */
const once = (options: Partial<HpaOptions>, replicas: number, waiting: number, active = 0) =>
  new Hpa({ ...OPTIONS, ...options }).decide({ now: 0, replicas, ready: replicas, reading: reading(waiting, active) });

describe('the HPA', () => {
  it.each([
    ['per pod: the whole over the target', {}, 4, 65, 7],
    ['within a tenth of the target', {}, 6, 65, 6],
    ['less than a tenth above it', {}, 10, 109, 10],
    ['more than that', {}, 10, 111, 12],
    ['the whole value: current × ratio', { target: { type: 'Value', jobs: 10 } }, 4, 15, 6],
    ['the whole value, within a tenth', { target: { type: 'Value', jobs: 20 } }, 4, 21, 4],
    ['twice the pods at most', {}, 10, 1_000, 20],
    ['or four more', {}, 1, 1_000, 5],
    ['its maximum', { max: 12 }, 10, 1_000, 12],
    ['one at least', { min: 0 }, 1, 0, 1],
  ] as const)('keeps to %s', (_what, options, replicas, waiting, wanted) => {
    expect(once(options, replicas, waiting)).toBe(wanted);
  });

  it('counts what runs where it is told to', () => {
    expect(once({ metric: 'waiting and running' }, 4, 25, 40)).toBe(7);
  });

  it('multiplies by the pods that are ready, not by those that start', () => {
    const hpa = new Hpa({ ...OPTIONS, target: { type: 'Value', jobs: 10 } });
    expect(hpa.decide({ now: 0, replicas: 5, ready: 2, reading: reading(40) })).toBe(8);
  });

  it('goes down only to the highest recommendation of the last five minutes, then all at once', () => {
    const hpa = new Hpa(OPTIONS);
    const at = (seconds: number, waiting: number) =>
      hpa.decide({ now: seconds * 1_000, replicas: 20, ready: 20, reading: reading(waiting) });
    expect(at(0, 200)).toBe(20);
    expect(at(15, 120)).toBe(20);
    expect(at(285, 0)).toBe(20);
    expect(at(300, 0)).toBe(12);
    expect(at(315, 0)).toBe(1);
  });

  it('counts the additions of the last 15 seconds', () => {
    const hpa = new Hpa(OPTIONS);
    const at = (seconds: number, replicas: number) =>
      hpa.decide({ now: seconds * 1_000, replicas, ready: replicas, reading: reading(1_000) });
    expect([at(0, 1), at(5, 5), at(15, 5)]).toEqual([5, 5, 10]);
  });

  it('leaves a target at zero alone', () => {
    expect(once({}, 0, 100)).toBe(0);
  });
});
