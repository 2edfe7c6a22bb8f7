import { isLeased, type LeasedQueueName, QUEUE_NAMES } from '@dts/jobs';
import type { LeaseFailure, LeaseWorker } from '@dts/queue';
import { z } from 'zod';
import { component } from '../http/components.js';
import { Problem } from '../http/problem.js';
import { toEntries } from '../jobs/submit.schema.js';

const MAX_LEASES = 100;
const MAX_TOKENS = 1_000;
const LONGEST_WAIT_S = 30;
const MAX_SLOTS = 10_000;
/** As of a Node worker's handler. */
const MAX_PROGRESS_BYTES = 16 * 1024;
const LONGEST_LINE = 8_192;
const MAX_LINES = 100;
const LONGEST_MESSAGE = 2_000;
const WEEK_MS = 7 * 24 * 3_600_000;

/** Bytes of one result, beyond what may be kept: what is too large is told as such, and ends the job. */
export const MAX_RESULT_BODY = 1024 * 1024;
/** Bytes of many results. */
export const MAX_RESULTS_BODY = 8 * 1024 * 1024;

const LEASED = QUEUE_NAMES.filter(isLeased);
const TOKEN = /^[a-z-]+_[0-9a-z]{26}\.[0-9a-z]{26}$/;

const queue = z.enum(LEASED as [LeasedQueueName], { error: `is not leased: give ${LEASED.join(', ')}` });
const queues = z.array(queue).min(1).max(LEASED.length);
const leaseToken = z.string().regex(TOKEN, 'is not a lease token');
const short = z.string().regex(/^[\x20-\x7e]{1,128}$/, '1 to 128 printable ASCII characters');

const worker = z.strictObject({
  id: z
    .string()
    .regex(/^[\w.:-]{1,96}$/, 'letters, digits and . _ : - only, at most 96')
    .meta({ description: 'Of this process and no other; attempts and `GET /v1/workers` name it `<key id>/<id>`' }),
  slots: z.int().min(1).max(MAX_SLOTS).meta({ description: 'Leases that it can hold at once' }),
  busy: z.int().min(0).max(MAX_SLOTS).default(0).meta({ description: 'Leases that it holds' }),
  host: short.default('unknown'),
  pid: z.int().min(0).default(0),
  version: short.default('unknown'),
  memoryBytes: z.int().min(0).default(0),
  startedAt: z.iso.datetime({ offset: true }).optional(),
});

const WORKER = { id: 'reports-1:4711:f3a9', slots: 16, busy: 3, host: 'reports-1', pid: 4711, version: 'python/1.0' };
export const TOKEN_EXAMPLE = 'external_0123456789abcdefghjkmnpqrs.0123456789abcdefghjkmnpqrs';

const askInput = component(
  'LeaseJobsInput',
  z
    .strictObject({
      queues: queues.meta({ description: 'To lease from, whichever has a job first' }),
      max: z.int().min(1).max(MAX_LEASES).default(1).meta({ description: 'Jobs at most' }),
      wait: z.int().min(0).max(LONGEST_WAIT_S).default(0).meta({ description: 'Seconds to wait for the first job' }),
      worker,
    })
    .meta({ examples: [{ queues: ['external'], max: 8, wait: 20, worker: WORKER }] }),
);

const beatInput = component(
  'HeartbeatInput',
  z
    .strictObject({ worker, queues, leaseTokens: z.array(leaseToken).max(MAX_TOKENS) })
    .meta({ examples: [{ worker: WORKER, queues: ['external'], leaseTokens: [TOKEN_EXAMPLE] }] }),
);

const RESULT = { document: 'number,amount', rows: 1 };

const completeInput = component(
  'CompleteInput',
  z.strictObject({ result: z.json().meta({ description: 'As the job type has it' }) }).meta({ examples: [{ result: RESULT }] }),
);

const completeManyInput = component(
  'CompleteManyInput',
  z
    .strictObject({
      leases: z
        .array(z.strictObject({ leaseToken, result: z.json() }))
        .min(1)
        .max(MAX_TOKENS),
    })
    .meta({ examples: [{ leases: [{ leaseToken: TOKEN_EXAMPLE, result: RESULT }] }] }),
);

const failInput = component(
  'FailInput',
  z
    .strictObject({
      error: z.strictObject({
        code: z
          .string()
          .regex(/^[a-z][a-z0-9-]{0,63}$/, 'kebab case, at most 64')
          .optional()
          .meta({ description: 'Stable: dead letters are found by it' }),
        message: z
          .string()
          .min(1)
          .max(100_000)
          .meta({ description: `The first ${LONGEST_MESSAGE} characters are kept` }),
      }),
      retryable: z.boolean().default(true).meta({ description: 'Whether another attempt may succeed' }),
      retryAfterMs: z
        .int()
        .min(0)
        .max(WEEK_MS)
        .optional()
        .meta({ description: "Until the next attempt; the job's own backoff unless given" }),
    })
    .meta({ examples: [{ error: { code: 'template-missing', message: 'There is no template.' }, retryable: false }] }),
);

const progressInput = component(
  'ProgressInput',
  z
    .strictObject({
      progress: z
        .union([z.number(), z.record(z.string(), z.json())])
        .refine((value) => Buffer.byteLength(JSON.stringify(value)) <= MAX_PROGRESS_BYTES, `may have ${MAX_PROGRESS_BYTES} bytes`),
    })
    .meta({ examples: [{ progress: 42 }] }),
);

const logInput = component(
  'LogInput',
  z
    .strictObject({ lines: z.array(z.string().max(LONGEST_LINE)).min(1).max(MAX_LINES) })
    .meta({ examples: [{ lines: ['read 10,000 rows'] }] }),
);

export const INPUTS = { askInput, beatInput, completeInput, completeManyInput, failInput, progressInput, logInput };

const FROM = 'must be a whole number from 0 to 9999';

/** Which part of the children. */
export const childrenQuery = z.strictObject({
  from: z
    .string()
    .regex(/^\d{1,4}$/, FROM)
    .transform(Number)
    .default(0),
});

/** @throws Problem `invalid-request` */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new Problem('invalid-request', 'The request does not fit its schema.', { errors: toEntries(parsed.error) });
}

/** @param keyId whose worker it is: no key can speak for another's */
export function toLeaseWorker({ id, startedAt, ...rest }: z.output<typeof worker>, keyId: string): LeaseWorker {
  return { ...rest, id: `${keyId}/${id}`, startedAt: startedAt === undefined ? Date.now() : Date.parse(startedAt) };
}

export function toLeaseFailure({ error, ...rest }: z.output<typeof failInput>): LeaseFailure {
  const { message } = error;
  return { ...rest, error: { ...error, message: message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}…` : message } };
}
