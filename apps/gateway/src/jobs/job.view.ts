import { JOB_STATES, type JobRecord } from '@dts/queue';
import { z } from 'zod';
import { component } from '../http/components.js';

const instant = z.iso.datetime();
const jobError = z.object({ code: z.string(), message: z.string() });

export const JOB_EXAMPLE = {
  id: 'io_0123456789abcdefghjkmnpqrs',
  name: 'http.request',
  queue: 'io',
  tenant: 'acme',
  state: 'completed',
  payload: { method: 'POST', url: 'https://billing.internal/hooks/invoice', json: { invoice: 'INV-1042' } },
  tags: ['order:1042'],
  priority: 1,
  orderingKey: null,
  parentId: null,
  flowId: null,
  submittedAt: '2026-11-25T05:04:20.654Z',
  startedAt: '2026-11-25T05:04:20.671Z',
  finishedAt: '2026-11-25T05:04:20.789Z',
  attemptsMade: 1,
  attemptsMax: 8,
  attempts: [
    {
      number: 1,
      startedAt: '2026-11-25T05:04:20.671Z',
      finishedAt: '2026-11-25T05:04:20.789Z',
      worker: 'worker-7f9c:1:7aa3d5',
      error: null,
    },
  ],
  redrives: 0,
  progress: 0,
  result: { status: 200, headers: { 'content-type': 'text/plain' }, body: 'ok', truncated: false, durationMs: 98.4 },
  error: null,
};

/** A job as the API tells it. */
export const jobView = component(
  'Job',
  z
    .object({
      id: z.string(),
      name: z.string(),
      queue: z.string(),
      tenant: z.string(),
      state: z.enum(JOB_STATES),
      payload: z.unknown(),
      tags: z.array(z.string()),
      priority: z.int(),
      orderingKey: z.string().nullable(),
      parentId: z.string().nullable(),
      flowId: z.string().nullable(),
      submittedAt: instant,
      startedAt: instant.nullable(),
      finishedAt: instant.nullable(),
      attemptsMade: z.int(),
      attemptsMax: z.int(),
      attempts: z.array(
        z.object({
          number: z.int(),
          startedAt: instant,
          finishedAt: instant.nullable(),
          worker: z.string(),
          error: jobError.nullable(),
        }),
      ),
      redrives: z.int().meta({ description: 'How often it was retried after it had ended; `attempts` has those before, too' }),
      progress: z.unknown(),
      result: z.unknown(),
      error: jobError.nullable(),
    })
    .meta({ examples: [JOB_EXAMPLE] }),
);

export type JobView = z.output<typeof jobView>;

export function toJobView(job: JobRecord): JobView {
  return {
    id: job.id,
    name: job.name,
    queue: job.queue,
    tenant: job.tenant,
    state: job.state,
    payload: job.payload,
    tags: [...job.tags],
    priority: job.priority,
    orderingKey: job.orderingKey,
    parentId: job.parentId,
    flowId: job.flowId,
    submittedAt: toTime(job.submittedAt),
    startedAt: toTimeOrNull(job.startedAt),
    finishedAt: toTimeOrNull(job.finishedAt),
    attemptsMade: job.attemptsMade,
    attemptsMax: job.attemptsMax,
    attempts: job.attempts.map((attempt) => ({
      number: attempt.number,
      startedAt: toTime(attempt.startedAt),
      finishedAt: toTimeOrNull(attempt.finishedAt),
      worker: attempt.worker,
      error: attempt.error,
    })),
    redrives: job.redrives,
    progress: job.progress,
    result: job.result,
    error: job.error,
  };
}

export function toTime(unixMs: number): string {
  return new Date(unixMs).toISOString();
}

function toTimeOrNull(unixMs: number | null): string | null {
  return unixMs === null ? null : toTime(unixMs);
}
