import { describe, expect, it } from '@jest/globals';
import type { PoolModel } from '../pool/pool-model.js';
import { createFixed } from '../scalers/fixed.js';
import type { Scaler, Seen } from '../scalers/scaler.js';
import { generateJobs } from '../workload/jobs.js';
import { LOADS } from '../workload/shapes.js';
import { simulate } from './simulate.js';

const model: PoolModel = { slots: 4, service: { meanSeconds: 2, variation: 1 }, coldStart: 5_000, metricLag: 5_000 };
const burst = LOADS[0] ?? { name: '', description: '', seconds: 0, countAt: () => 0 };
const jobs = generateJobs(burst, model.service, 1);
const options = { jobs, seconds: burst.seconds, model, pickUpTarget: 10_000, phase: 0 };

/** Wants what the script says, and notes what it sees. */
function scripted(period: number, script: (seen: Seen) => number, hurries = false): Scaler & { readonly seen: Seen[] } {
  const seen: Seen[] = [];
  const decide = (now: Seen) => {
    seen.push(now);
    return script(now);
  };
  return { period, manners: { leaves: 'youngest', revives: false, hurries }, initial: 1, decide, seen };
}

describe('simulate', () => {
  it('picks up every job, and pays a number that never changes until the last one is done', () => {
    const run = simulate(options, createFixed(40));
    expect(run).toMatchObject({ neverPickedUp: 0, changes: 0 });
    expect(run.pickUps.jobs).toBe(jobs.length);
    const seconds = (run.workerMinutes * 60) / 40;
    expect(seconds).toBeCloseTo(Math.round(seconds), 6);
    expect(seconds - burst.seconds).toBeGreaterThanOrEqual(0);
    expect(seconds - burst.seconds).toBeLessThan(30); // those that still ran
  });

  it('tells the load late by the metric lag, and the target as it is', () => {
    const scaler = scripted(10_000, ({ now }) => (now < 60_000 ? 1 : 3));
    simulate({ ...options, phase: 0.35 }, scaler);
    expect(scaler.seen.slice(0, 2).map(({ now, reading }) => [now, reading.at])).toEqual([
      [13_000, 8_000],
      [23_000, 18_000],
    ]);
    expect(scaler.seen.every(({ now, reading }) => now - reading.at === 5_000)).toBe(true);
    const later = scaler.seen.find(({ now }) => now === 73_000);
    expect([later?.replicas, later?.ready, later?.reading.workers.length]).toEqual([3, 3, 3]);
  });

  it('lets a scaler that hurries look before its time when jobs come that nobody has room for, and only then', () => {
    const scaler = scripted(60_000, () => 1, true);
    simulate(options, scaler);
    const early = scaler.seen.filter(({ now }) => now % 60_000 !== 0).map(({ reading }) => reading);
    expect(early.length).toBeGreaterThan(60); // a look a second while the burst lasts, and its backlog grows
    expect(early.every(({ waiting, workers }) => waiting > model.slots * workers.length)).toBe(true);
    const patient = scripted(60_000, () => 1);
    simulate(options, patient);
    expect(patient.seen.every(({ now }) => now % 60_000 === 0)).toBe(true);
  });

  it('counts changes, not decisions', () => {
    const run = simulate(
      options,
      scripted(15_000, ({ now }) => 1 + (Math.min(5, Math.floor(now / 300_000)) % 2)),
    );
    expect(run.changes).toBe(5);
  });

  it('counts as late, in the end, what nobody has picked up', () => {
    const few = jobs.slice(0, 50);
    const run = simulate({ ...options, jobs: few }, { ...scripted(15_000, () => 0), initial: 0 });
    expect(run).toMatchObject({ neverPickedUp: 50, workerMinutes: 0 });
    expect(run.pickUps).toMatchObject({ jobs: 50, late: 50 });
    expect(run.pickUps.lateSeconds / 50).toBeGreaterThan(3_600);
  });

  it('is the same each time', () => {
    const play = () => {
      const { pickUps, moments, workerMinutes } = simulate(
        options,
        scripted(15_000, ({ reading }) => 1 + Math.floor(reading.waiting / 10)),
      );
      return [pickUps.late, pickUps.lateSeconds, workerMinutes, moments];
    };
    expect(play()).toEqual(play());
  });
});
