import { findJobDefinition, JOB_DEFINITIONS, type JobDefinition } from '@dts/jobs';
import { type SubmitOptions, toPayloadIssues } from '@dts/queue';
import { z } from 'zod';
import { component } from '../http/components.js';
import { Problem, type ProblemEntry, toPointer } from '../http/problem.js';

const MONTH_MS = 31 * 24 * 3_600_000;
const DAY_MS = 24 * 3_600_000;

export const instant = z.iso.datetime({ offset: true, error: 'must be an RFC 3339 time with an offset, such as 2030-01-31T12:00:00Z' });

/** A word to find jobs by. */
export const tag = z.string().regex(/^[\w.:/-]{1,64}$/, 'letters, digits and . _ : / - only, at most 64');

const backoff = z.strictObject({
  type: z.enum(['exponential', 'fixed']),
  delay: z.int().min(0).max(DAY_MS).meta({ description: 'Milliseconds' }),
  maxDelay: z.int().min(0).max(DAY_MS).optional().meta({ description: 'Milliseconds; bounds an exponential backoff' }),
});

/** What every submission may say, whatever its job type. */
export const envelope = z.strictObject({
  name: z.string().meta({ description: 'The job type' }),
  payload: z.unknown(),
  delay: z.int().min(0).max(MONTH_MS).optional().meta({ description: 'Milliseconds until the job may start' }),
  runAt: instant.optional().meta({ description: 'When the job may start; excludes `delay`' }),
  priority: z.int().min(1).max(10).optional().meta({ description: "1 (highest, the default) to 10, among the tenant's own jobs" }),
  attempts: z.int().min(1).max(100).optional().meta({ description: "Attempts in all; the job type's unless given" }),
  backoff: backoff.optional().meta({ description: "The wait between attempts; the job type's unless given" }),
  timeout: z.int().min(1).max(DAY_MS).optional().meta({ description: 'Milliseconds that one attempt may take' }),
  startBy: instant.optional().meta({ description: 'No attempt starts later than this: the job expires instead' }),
  tags: z.array(tag).max(16).optional().meta({ description: 'Words to find the job by' }),
  orderingKey: z
    .string()
    .regex(/^[ -~]{1,128}$/, '1 to 128 printable ASCII characters')
    .optional()
    .meta({
      description:
        'Jobs of a queue with the same key run one at a time, in the order of submission. One with `delay` or `runAt` joins when due',
    }),
});

const rules = envelope
  .refine((body) => body.delay === undefined || body.runAt === undefined, {
    path: ['runAt'],
    error: 'give either delay or runAt, not both',
  })
  // Against each other only, not against the clock: a submission that is repeated later must still be the same.
  .refine((body) => !body.startBy || !body.runAt || Date.parse(body.startBy) > Date.parse(body.runAt), {
    path: ['startBy'],
    error: 'must be after runAt',
  });

/** The same as the API's description tells it: one shape for each job type, told apart by its name. */
export const submitInput = component(
  'SubmitJobInput',
  z.discriminatedUnion('name', JOB_DEFINITIONS.map(toVariant) as [Variant, ...Variant[]]),
);

type Variant = ReturnType<typeof toVariant>;

function toVariant(definition: JobDefinition) {
  return component(`${definition.name}.Input`, variantOf(definition));
}

/** A submission of one job type. */
export function variantOf({ name, description, payload }: JobDefinition) {
  return envelope.extend({ name: z.literal(name), payload }).meta({ description });
}

export interface SubmitRequest {
  readonly name: string;
  readonly payload: unknown;
  readonly options: SubmitOptions;
}

/**
 * Reads a submission. The payload is left to the queue, which knows its schema, unless the rest is wrong already: then
 * its problems are told along, so that a caller sees all of them at once.
 * @throws Problem `invalid-request`
 */
export function parseSubmit(body: unknown): SubmitRequest {
  const parsed = rules.safeParse(body);
  if (!parsed.success) {
    throw new Problem('invalid-request', 'The submission does not fit its schema.', {
      errors: [...toEntries(parsed.error), ...payloadEntries(body)],
    });
  }
  const { name, payload, runAt, startBy, ...options } = parsed.data;
  return { name, payload, options: { ...options, runAt: toUnixMs(runAt), startBy: toUnixMs(startBy) } };
}

/** The same as the API's description tells it. */
export const IDEMPOTENCY_KEY = { type: 'string', pattern: '^[\\x21-\\x7E]{1,255}$' } as const;

/** @throws Problem `invalid-idempotency-key` */
export function checkIdempotencyKey(key: unknown): asserts key is string | undefined {
  if (key === undefined || (typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key))) return;
  throw new Problem('invalid-idempotency-key', 'Use 1 to 255 visible ASCII characters, such as a UUID.');
}

export function toUnixMs(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time);
}

export function toEntries(error: z.ZodError, root = ''): ProblemEntry[] {
  return toPayloadIssues(error).map(({ path, message }) => ({ pointer: toPointer(path, root), detail: message }));
}

/** What is wrong with the payload of a submission that stands at `root`, as far as its job type is known. */
export function payloadEntries(body: unknown, root = ''): ProblemEntry[] {
  if (typeof body !== 'object' || body === null || !('name' in body) || typeof body.name !== 'string') return [];
  const parsed = findJobDefinition(body.name)?.payload.safeParse('payload' in body ? body.payload : undefined);
  return parsed?.error ? toEntries(parsed.error, `${root}/payload`) : [];
}
