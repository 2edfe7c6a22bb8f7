import { createHash } from 'node:crypto';
import type { PayloadIssue } from '../errors.js';
import { CronTimes } from './cron.js';
import { Zone } from './zone.js';

/** When a schedule runs: by a pattern or at an interval. Times are Unix milliseconds, spans milliseconds. */
export interface Timing {
  /** Five fields, or six with seconds first. */
  readonly cron?: string;
  /** IANA name, for `cron`; UTC unless given. */
  readonly timezone?: string;
  readonly every?: number;
  readonly startAt?: number;
  readonly endAt?: number;
  /** Runs in all. */
  readonly limit?: number;
  /** A run is late by up to this, always by the same for the same run. */
  readonly jitter?: number;
}

/** What no schema can tell of a timing: whether pattern and zone are known, and whether it ever comes. */
export function timingIssues(timing: Timing, now: number): PayloadIssue[] {
  const issues = [...issuesOf('timezone', () => new Zone(timing.timezone ?? 'UTC')), ...cronIssues(timing.cron)];
  if (issues.length > 0 || nextTime(timing, now, now) !== undefined) return issues;
  return [{ path: [timing.endAt === undefined ? 'cron' : 'endAt'], message: 'leaves no time at which the schedule would run' }];
}

function cronIssues(cron: string | undefined): PayloadIssue[] {
  return cron === undefined ? [] : issuesOf('cron', () => new CronTimes(cron, 'UTC'));
}

function issuesOf(member: string, check: () => unknown): PayloadIssue[] {
  try {
    check();
    return [];
  } catch (error) {
    return [{ path: [member], message: error instanceof Error ? error.message : String(error) }];
  }
}

/**
 * The first time after an instant; undefined when there is none left.
 * @param anchor what an interval is counted from when the timing has no `startAt`
 */
export function nextTime(timing: Timing, anchor: number, after: number): number | undefined {
  const next =
    timing.every === undefined ? nextCron(timing, after) : nextInterval(timing.every, timing.startAt ?? anchor + timing.every, after);
  return next === undefined || next > (timing.endAt ?? Number.POSITIVE_INFINITY) ? undefined : next;
}

function nextCron({ cron = '', timezone = 'UTC', startAt = 0 }: Timing, after: number): number | undefined {
  return new CronTimes(cron, timezone).next(Math.max(after, startAt - 1));
}

/** Counted from the first, not from the last, so that no delay adds up. */
function nextInterval(every: number, first: number, after: number): number {
  return after < first ? first : first + (Math.floor((after - first) / every) + 1) * every;
}

/** Milliseconds from 0 to `jitter` by which the run of a time starts later: spread over schedules, the same at every look. */
export function jitterOf(key: string, at: number, jitter = 0): number {
  return createHash('sha256').update(`${key}\0${at}`).digest().readUIntBE(0, 6) % (jitter + 1);
}
