import { JOB_DEFINITIONS, type JobDefinition } from '@dts/jobs';
import { OVERLAPS, type ScheduleSpec } from '@dts/queue';
import { z } from 'zod';
import { component } from '../http/components.js';
import { Problem } from '../http/problem.js';
import { envelope, instant, payloadEntries, toEntries, toUnixMs } from '../jobs/submit.schema.js';

const HOUR_MS = 3_600_000;
const YEAR_MS = 366 * 24 * HOUR_MS;

/** What a run says of its job: a submission without the times, which are the schedule's to give. */
const job = envelope.omit({ delay: true, runAt: true, startBy: true });

const body = z.strictObject({
  cron: z.string().max(256).optional().meta({ description: 'Five fields, or six with seconds first; or `every`' }),
  timezone: z.string().max(64).optional().meta({ description: 'Of `cron`; an IANA name, UTC unless given' }),
  every: z.int().min(1_000).max(YEAR_MS).optional().meta({ description: 'Milliseconds, counted from `startAt` or from now; or `cron`' }),
  job,
  overlap: z.enum(OVERLAPS).default('skip').meta({ description: 'What becomes of a run while the one before has not finished' }),
  startAt: instant.optional().meta({ description: 'No run before; the first run of `every`' }),
  endAt: instant.optional().meta({ description: 'No run after' }),
  limit: z.int().min(1).max(1_000_000_000).optional().meta({ description: 'Runs in all' }),
  jitter: z.int().min(0).max(HOUR_MS).optional().meta({ description: 'Milliseconds by which a run may be late, other for each run' }),
  paused: z.boolean().optional().meta({ description: 'As it is, or not paused, unless given' }),
});

const rules = body
  .refine(({ cron, every }) => (cron === undefined) !== (every === undefined), { path: ['cron'], error: 'give either cron or every' })
  .refine(({ cron, timezone }) => cron !== undefined || timezone === undefined, { path: ['timezone'], error: 'goes with cron only' })
  .refine(({ startAt, endAt }) => !startAt || !endAt || Date.parse(endAt) >= Date.parse(startAt), {
    path: ['endAt'],
    error: 'must not be before startAt',
  });

/** The same as the API's description tells it, with one shape of `job` for each job type. */
export const scheduleInput = component(
  'ScheduleInput',
  body.extend({ job: z.discriminatedUnion('name', JOB_DEFINITIONS.map(toVariant) as [Variant, ...Variant[]]) }),
);

type Variant = ReturnType<typeof toVariant>;

function toVariant({ name, description, payload }: JobDefinition) {
  return component(`${name}.ScheduledInput`, job.extend({ name: z.literal(name), payload }).meta({ description }));
}

/**
 * Whether pattern and zone are known, and what the payload is worth, is left to the queue, unless the rest is wrong
 * already: then the payload's problems are told along.
 * @throws Problem `invalid-request`
 */
export function parseSchedule(input: unknown): { spec: ScheduleSpec; paused?: boolean } {
  const parsed = rules.safeParse(input);
  const wrongPayload = payloadEntries(jobOf(input), '/job');
  if (!parsed.success || wrongPayload.length > 0) {
    const errors = [...(parsed.error ? toEntries(parsed.error) : []), ...wrongPayload];
    throw new Problem('invalid-request', 'The schedule does not fit its schema.', { errors });
  }
  const { job: submission, overlap, paused, startAt, endAt, ...rest } = parsed.data;
  const { name, payload, ...options } = submission;
  return {
    paused,
    spec: { timing: { ...rest, startAt: toUnixMs(startAt), endAt: toUnixMs(endAt) }, job: { name, payload, options }, overlap },
  };
}

function jobOf(input: unknown): unknown {
  return typeof input === 'object' && input !== null && 'job' in input ? input.job : undefined;
}
