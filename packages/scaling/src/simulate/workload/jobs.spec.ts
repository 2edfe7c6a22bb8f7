import { describe, expect, it } from '@jest/globals';
import { generateJobs } from './jobs.js';
import type { Load } from './load.js';
import { LOADS } from './shapes.js';

const steady: Load = { name: 'steady', description: '', seconds: 2_000, countAt: (_second, draw) => draw(10) };
const service = { meanSeconds: 2, variation: 1 };
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('generateJobs', () => {
  it('makes the same jobs of the same seed, and others of another', () => {
    const jobs = generateJobs(steady, service, 7);
    expect(generateJobs(steady, service, 7)).toEqual(jobs);
    expect(generateJobs(steady, service, 8)).not.toEqual(jobs);
  });

  it('keeps to the rate and to the run time of its load, by chance', () => {
    const jobs = generateJobs(steady, service, 1);
    const runs = jobs.map(({ runsMs }) => runsMs / 1_000);
    expect(jobs.length / steady.seconds).toBeCloseTo(10, 0);
    expect(mean(runs)).toBeCloseTo(2, 0);
    const deviation = Math.sqrt(mean(runs.map((run) => (run - mean(runs)) ** 2)));
    expect(deviation / mean(runs)).toBeGreaterThan(0.85);
    expect(deviation / mean(runs)).toBeLessThan(1.15);
  });

  it('draws gaps between jobs as of many callers: exponential, as wide as they are long', () => {
    const times = generateJobs(steady, service, 3).map(({ arrivesAt }) => arrivesAt);
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    const deviation = Math.sqrt(mean(gaps.map((gap) => (gap - mean(gaps)) ** 2)));
    expect(deviation / mean(gaps)).toBeGreaterThan(0.9);
    expect(deviation / mean(gaps)).toBeLessThan(1.1);
  });

  it('makes all alike where nothing varies', () => {
    const runs = generateJobs(steady, { meanSeconds: 0.5, variation: 0 }, 1).map(({ runsMs }) => runsMs);
    expect(Math.max(...runs) - Math.min(...runs)).toBeLessThan(1e-6);
  });

  it.each(LOADS.map((load) => [load.name, load] as const))(
    'makes jobs of %s in the order in which they come, all within it',
    (_name, load) => {
      const part = { ...load, seconds: Math.min(load.seconds, 3_600) };
      const jobs = generateJobs(part, service, 2);
      expect(jobs.length).toBeGreaterThan(1_000);
      expect(jobs.every(({ arrivesAt, runsMs }, index) => arrivesAt >= (jobs[index - 1]?.arrivesAt ?? 0) && runsMs > 0)).toBe(true);
      expect(jobs.at(-1)?.arrivesAt).toBeLessThan(part.seconds * 1_000);
    },
  );
});
