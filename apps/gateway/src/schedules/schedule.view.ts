import { nextStarts, OVERLAPS, type Schedule } from '@dts/queue';
import { z } from 'zod';
import { component } from '../http/components.js';
import { pageOf } from '../http/pages.js';

const instant = z.iso.datetime();

const EXAMPLE = {
  id: 'nightly',
  state: 'active',
  cron: '30 2 * * *',
  timezone: 'Europe/Berlin',
  every: null,
  job: { name: 'http.request', payload: { method: 'POST', url: 'https://billing.internal/hooks/close-of-day' } },
  overlap: 'skip',
  startAt: null,
  endAt: null,
  limit: null,
  jitter: 0,
  createdAt: '2026-11-25T05:04:20.654Z',
  updatedAt: '2026-11-25T05:04:20.654Z',
  nextRuns: ['2026-11-26T01:30:00.000Z', '2026-11-27T01:30:00.000Z'],
  lastRun: { at: '2026-11-25T01:30:00.000Z', jobId: 'io_0123456789abcdefghjkmnpqrs' },
  runs: 217,
  skipped: 0,
  missed: 0,
  error: null,
};

/** A schedule as the API tells it: what it was given, and how far it has come. */
export const scheduleView = component(
  'Schedule',
  z
    .object({
      id: z.string(),
      state: z.enum(['active', 'paused', 'ended']),
      cron: z.string().nullable(),
      timezone: z.string().nullable(),
      every: z.int().nullable(),
      job: z.looseObject({ name: z.string(), payload: z.unknown() }),
      overlap: z.enum(OVERLAPS),
      startAt: instant.nullable(),
      endAt: instant.nullable(),
      limit: z.int().nullable(),
      jitter: z.int(),
      createdAt: instant,
      updatedAt: instant,
      nextRuns: z.array(instant),
      lastRun: z.object({ at: instant, jobId: z.string() }).nullable(),
      runs: z.int(),
      skipped: z.int(),
      missed: z.int(),
      error: z.object({ code: z.string(), message: z.string() }).nullable(),
    })
    .meta({ examples: [EXAMPLE] }),
);

export const scheduleList = pageOf('ScheduleList', scheduleView);

export type ScheduleView = z.output<typeof scheduleView>;

/** @param nextRuns how many of the runs to come to tell */
export function toScheduleView(schedule: Schedule, nextRuns: number): ScheduleView {
  const { spec, state } = schedule;
  const { cron, timezone, every, startAt, endAt, limit, jitter } = spec.timing;
  const { name, payload, options } = spec.job;
  return {
    id: schedule.id,
    state: toState(schedule),
    cron: cron ?? null,
    timezone: cron === undefined ? null : (timezone ?? 'UTC'),
    every: every ?? null,
    job: { name, payload, ...options },
    overlap: spec.overlap,
    startAt: startAt === undefined ? null : toTime(startAt),
    endAt: endAt === undefined ? null : toTime(endAt),
    limit: limit ?? null,
    jitter: jitter ?? 0,
    createdAt: toTime(state.createdAt),
    updatedAt: toTime(state.updatedAt),
    nextRuns: nextStarts(schedule, nextRuns).map(toTime),
    lastRun: state.lastRun && { at: toTime(state.lastRun.at), jobId: state.lastRun.jobId },
    runs: state.runs,
    skipped: state.skipped,
    missed: state.missed,
    error: state.error,
  };
}

function toState({ state }: Schedule): ScheduleView['state'] {
  if (state.next === null) return 'ended';
  return state.paused ? 'paused' : 'active';
}

function toTime(unixMs: number): string {
  return new Date(unixMs).toISOString();
}
