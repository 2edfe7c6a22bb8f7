import { PickUps } from '../run/pick-ups.js';
import type { SimulatedRun } from '../run/simulate.js';
import type { Moment } from '../run/timeline.js';
import type { Contender } from './contender.js';

/** What a contender made of a load, all seeds together. */
export interface Outcome extends Pick<Contender, 'kind' | 'setting' | 'isDocumented'> {
  readonly jobs: number;
  /** Jobs picked up later than the target. */
  readonly late: number;
  /** Job-seconds beyond the target. */
  readonly lateSeconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly workerMinutes: number;
  readonly changes: number;
  readonly neverPickedUp: number;
  /** Of the first seed. */
  readonly moments: readonly Moment[];
}

export function toOutcome({ kind, setting, isDocumented }: Contender, runs: readonly SimulatedRun[], pickUpTarget: number): Outcome {
  const pickUps = new PickUps(pickUpTarget);
  for (const run of runs) pickUps.addAll(run.pickUps);
  const total = (of: (run: SimulatedRun) => number) => runs.reduce((sum, run) => sum + of(run), 0);
  return {
    kind,
    setting,
    isDocumented,
    jobs: pickUps.jobs,
    late: pickUps.late,
    lateSeconds: pickUps.lateSeconds,
    p50Ms: pickUps.percentile(0.5),
    p99Ms: pickUps.percentile(0.99),
    workerMinutes: total(({ workerMinutes }) => workerMinutes),
    changes: total(({ changes }) => changes),
    neverPickedUp: total(({ neverPickedUp }) => neverPickedUp),
    moments: runs[0]?.moments ?? [],
  };
}
