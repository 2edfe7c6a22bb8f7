import type { SubmitOptions } from '../job-options.js';
import { jitterOf, nextTime, type Timing } from './timing.js';

/** What becomes of a run while the one before has not finished. */
export const OVERLAPS = ['skip', 'allow', 'cancel-previous'] as const;
export type Overlap = (typeof OVERLAPS)[number];

/** What each run submits. */
export interface ScheduledJob {
  readonly name: string;
  readonly payload: unknown;
  readonly options: Pick<SubmitOptions, 'priority' | 'attempts' | 'backoff' | 'timeout' | 'tags' | 'orderingKey'>;
}

export interface ScheduleSpec {
  readonly timing: Timing;
  readonly job: ScheduledJob;
  readonly overlap: Overlap;
}

/** A schedule is its tenant's: another may have one of the same id. */
export interface ScheduleName {
  readonly tenant: string;
  readonly id: string;
}

/** A run that was decided on and may not have been submitted yet. */
export interface PendingRun {
  /** The time that it stands for. */
  readonly at: number;
  /** Of its submission: however often it is repeated, it makes one job. */
  readonly key: string;
  /** The job that it takes the place of. */
  readonly cancels?: string;
}

/** How far a schedule has come. Times are Unix milliseconds, by Redis's clock. */
export interface ScheduleState {
  readonly createdAt: number;
  readonly updatedAt: number;
  /** When the timing was given; intervals are counted from here. */
  readonly anchor: number;
  /** New with every change of the spec, so that runs of different ones are different jobs. */
  readonly series: string;
  readonly paused: boolean;
  /** The time of the next run, jitter left out; null once there is none any more. */
  readonly next: number | null;
  readonly pending: PendingRun | null;
  readonly lastRun: { readonly at: number; readonly jobId: string } | null;
  /** Why the last run could not be submitted. */
  readonly error: { readonly code: string; readonly message: string } | null;
  /** Since the timing was given. */
  readonly runs: number;
  /** Runs left out because the one before had not finished. */
  readonly skipped: number;
  /** Runs left out because nobody was there to start them, for long. */
  readonly missed: number;
}

export interface Schedule extends ScheduleName {
  readonly spec: ScheduleSpec;
  readonly state: ScheduleState;
}

/** Its name among all. Tenants have no slash. */
export function keyOf({ tenant, id }: ScheduleName): string {
  return `${tenant}/${id}`;
}

export function nameOf(key: string): ScheduleName {
  const slash = key.indexOf('/');
  return { tenant: key.slice(0, slash), id: key.slice(slash + 1) };
}

/** When the run of a time starts, jitter added. */
function startOf(schedule: Schedule, at: number): number {
  return at + jitterOf(keyOf(schedule), at, schedule.spec.timing.jitter);
}

/** When somebody must look at it next; null when there is nothing to do. */
export function dueAt(schedule: Schedule): number | null {
  const { paused, next } = schedule.state;
  return paused || next === null ? null : startOf(schedule, next);
}

/** The starts of the runs to come, at most `count`. */
export function nextStarts(schedule: Schedule, count: number): number[] {
  const { spec, state } = schedule;
  if (state.paused) return [];
  const left = Math.min(count, (spec.timing.limit ?? Number.POSITIVE_INFINITY) - state.runs);
  const starts: number[] = [];
  let at = state.next ?? undefined;
  while (at !== undefined && starts.length < left) {
    starts.push(startOf(schedule, at));
    at = nextTime(spec.timing, state.anchor, at);
  }
  return starts;
}
