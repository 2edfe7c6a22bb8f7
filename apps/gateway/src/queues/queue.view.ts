import { QUEUES } from '@dts/jobs';
import type { Percentiles, QueueRecord } from '@dts/queue';
import { z } from 'zod';
import { component } from '../http/components.js';
import { pageOf } from '../http/pages.js';

const percentiles = z.object({ p50: z.number(), p95: z.number(), p99: z.number() }).nullable();
const perSecond = z.number().min(0);
const count = z.int().min(0);

const EXAMPLE = {
  name: 'io',
  description: 'Waits on other services; many at once',
  paused: false,
  counts: { waiting: 1_200, scheduled: 40, active: 500, 'waiting-children': 0, completed: 98_412, dead: 3, cancelled: 41, expired: 0 },
  oldestWaitingMs: 2_310,
  arrivalsPerSecond: 412.5,
  completionsPerSecond: 409.871,
  failuresPerSecond: 0.016,
  waitMs: { p50: 18.919, p95: 1_204.3, p99: 2_198.7 },
  runMs: { p50: 82.1, p95: 240.6, p99: 512.9 },
  limits: { concurrency: null, rate: { max: 600, per: 1_000 } },
  workers: 2,
  slots: 1_000,
  busy: 498,
};

/** A queue as the API tells it. */
export const queueView = component(
  'Queue',
  z
    .object({
      name: z.string(),
      description: z.string(),
      paused: z.boolean(),
      counts: z.object({
        waiting: count.meta({ description: 'Could start, or wait for their turn under a limit' }),
        scheduled: count.meta({ description: 'Wait for their time, or for the next attempt' }),
        active: count,
        'waiting-children': count,
        completed: count.meta({ description: 'That are kept: a day, 100,000 at most' }),
        dead: count.meta({ description: 'That have failed for good, and wait for a retry, a redrive or a purge' }),
        cancelled: count.meta({ description: 'That are kept: a day, 100,000 at most' }),
        expired: count.meta({ description: 'That are kept, likewise' }),
      }),
      oldestWaitingMs: z
        .number()
        .nullable()
        .meta({ description: 'Since the job that has waited longest could start; null when none waits' }),
      arrivalsPerSecond: perSecond.meta({ description: 'Jobs submitted, in the last five minutes' }),
      completionsPerSecond: perSecond.meta({ description: 'Jobs completed, in the last five minutes' }),
      failuresPerSecond: perSecond.meta({ description: 'Attempts that failed, in the last five minutes' }),
      waitMs: percentiles.meta({
        description:
          'From when an attempt could start to its start, of those that ended in the last five minutes; within 2 %. Null when none did',
      }),
      runMs: percentiles.meta({ description: "From an attempt's start to its end, of the same; within 2 %" }),
      limits: z.object({
        concurrency: z.int().nullable(),
        rate: z.object({ max: z.int(), per: z.int().meta({ description: 'Milliseconds' }) }).nullable(),
      }),
      workers: count.meta({ description: 'Processes that serve it' }),
      slots: count.meta({ description: 'Jobs that they can run at once' }),
      busy: count.meta({ description: 'Jobs that they run, as of their last heartbeat' }),
    })
    .meta({ examples: [EXAMPLE] }),
);

export const queueList = pageOf('QueueList', queueView);

export type QueueView = z.output<typeof queueView>;

export function toQueueView({ snapshot, statistics, ...record }: QueueRecord): QueueView {
  const { queue: name, waiting, parked, delayed, active, waitingChildren, completed, dead, cancelled, expired } = snapshot;
  return {
    name,
    description: QUEUES[name].description,
    paused: snapshot.paused,
    counts: {
      waiting: waiting + parked,
      scheduled: delayed,
      active,
      'waiting-children': waitingChildren,
      completed,
      dead,
      cancelled,
      expired,
    },
    oldestWaitingMs: snapshot.oldestWaitingMs,
    arrivalsPerSecond: round(statistics.arrivalsPerSecond),
    completionsPerSecond: round(statistics.completionsPerSecond),
    failuresPerSecond: round(statistics.failuresPerSecond),
    waitMs: roundAll(statistics.waitMs),
    runMs: roundAll(statistics.runMs),
    limits: { concurrency: record.limits.concurrency, rate: record.limits.rate && { ...record.limits.rate } },
    workers: record.workers,
    slots: record.slots,
    busy: record.busy,
  };
}

function roundAll(of: Percentiles | null): QueueView['waitMs'] {
  return of && { p50: round(of.p50), p95: round(of.p95), p99: round(of.p99) };
}

/** More digits would say more than is known. */
function round(value: number): number {
  return Number(value.toFixed(3));
}
