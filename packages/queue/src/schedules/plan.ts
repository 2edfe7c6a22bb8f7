import { randomUUID } from 'node:crypto';
import { canonicalJson } from '../fingerprint.js';
import { dueAt, type PendingRun, type Schedule, type ScheduleName, type ScheduleSpec, type ScheduleState } from './schedule.js';
import { nextTime } from './timing.js';

/** Runs that are no later than this are made up for one by one; of older ones, only the last. */
const CATCH_UP_MS = 5 * 60_000;
/** Missed times that one step passes over; the rest is left to the next, so that nobody waits for it. */
const MISSED_AT_ONCE = 1_000;

export interface Step {
  readonly outcome: 'started' | 'skipped' | 'passed-over';
  readonly state: ScheduleState;
}

/**
 * What to do about a schedule now; undefined for nothing. Times follow from the one before, not from the clock: whatever
 * it shows, none is left out and none comes twice.
 * @param previousRuns whether the last run has not finished
 */
export function step(schedule: Schedule, now: number, previousRuns: boolean): Step | undefined {
  const due = dueAt(schedule);
  if (due === null || due > now) return undefined;
  const { at, passed } = passOver(schedule, now);
  const { spec, state } = schedule;
  const missed = state.missed + passed;
  if (passed === MISSED_AT_ONCE) return { outcome: 'passed-over', state: { ...state, next: at, missed } };
  const following = nextTime(spec.timing, state.anchor, at) ?? null;
  if (previousRuns && spec.overlap === 'skip') {
    return { outcome: 'skipped', state: { ...state, next: following, missed, skipped: state.skipped + 1 } };
  }
  const runs = state.runs + 1;
  const next = runs < (spec.timing.limit ?? Number.POSITIVE_INFINITY) ? following : null;
  const pending = toRun(schedule, at, `schedule ${state.series} ${at}`, previousRuns);
  return { outcome: 'started', state: { ...state, next, missed, runs, pending } };
}

/** A run at once, beside those of the timing; undefined where it would overlap and must not. */
export function manualRun(schedule: Schedule, now: number, previousRuns: boolean, key: string): ScheduleState | undefined {
  if (previousRuns && schedule.spec.overlap === 'skip') return undefined;
  return { ...schedule.state, pending: toRun(schedule, now, key, previousRuns) };
}

/** Of a run that was asked for, the same however often it is asked for. */
export function manualKey({ id }: ScheduleName, idempotencyKey: string = randomUUID()): string {
  return `trigger ${id} ${idempotencyKey}`;
}

/** @param key has spaces, which keep it apart from those that callers may give */
function toRun({ spec, state }: Schedule, at: number, key: string, previousRuns: boolean): PendingRun {
  const cancels = previousRuns && spec.overlap === 'cancel-previous' ? state.lastRun?.jobId : undefined;
  return { at, key, ...(cancels !== undefined && { cancels }) };
}

function passOver({ spec, state }: Schedule, now: number): { at: number; passed: number } {
  let at = state.next ?? now;
  for (let passed = 0; ; passed++) {
    const following = nextTime(spec.timing, state.anchor, at);
    if (passed === MISSED_AT_ONCE || following === undefined || following > now - CATCH_UP_MS) return { at, passed };
    at = following;
  }
}

export function isSame(one: ScheduleSpec, other: ScheduleSpec): boolean {
  return canonicalJson(one) === canonicalJson(other);
}

/** A new schedule, or one with another spec. What has not changed of its timing goes on where it is. */
export function define(name: ScheduleName, spec: ScheduleSpec, paused: boolean, before: Schedule | undefined, now: number): Schedule {
  const series = randomUUID();
  if (before && canonicalJson(before.spec.timing) === canonicalJson(spec.timing)) {
    const state = { ...before.state, updatedAt: now, series, error: null };
    return setPaused({ ...name, spec, state }, paused, now);
  }
  const next = nextTime(spec.timing, now, now) ?? null;
  const { createdAt = now, lastRun = null } = before?.state ?? {};
  const counts = { runs: 0, skipped: 0, missed: 0 };
  const state = { createdAt, updatedAt: now, anchor: now, series, paused, next, pending: null, lastRun, error: null, ...counts };
  return { ...name, spec, state };
}

/** What would have run during a pause is left out: the next run is the first after it. */
export function setPaused(schedule: Schedule, paused: boolean, now: number): Schedule {
  const { spec, state } = schedule;
  if (state.paused === paused) return schedule;
  const next = paused || state.next === null ? state.next : (nextTime(spec.timing, state.anchor, now) ?? null);
  return { ...schedule, state: { ...state, updatedAt: now, paused, next } };
}
