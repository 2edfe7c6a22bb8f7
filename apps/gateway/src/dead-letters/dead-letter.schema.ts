import { QUEUE_NAMES } from '@dts/jobs';
import type { DeadLetterFilter } from '@dts/queue';
import { z } from 'zod';
import { component } from '../http/components.js';
import { pageOf, pageQuery } from '../http/pages.js';
import { Problem } from '../http/problem.js';
import { tenantQuery } from '../http/tenant.js';
import { JOB_EXAMPLE, jobView } from '../jobs/job.view.js';
import { instant, toEntries, toUnixMs } from '../jobs/submit.schema.js';

const word = z.string().min(1).max(128);

/** By what dead letters are told apart, in a query and in a body. */
const filters = {
  queue: z.enum(QUEUE_NAMES, { error: `must be one of ${QUEUE_NAMES.join(', ')}` }).optional(),
  name: word.optional().meta({ description: 'The job type' }),
  reason: word.optional().meta({ description: 'The code of the error that the job died of' }),
  tag: word.optional(),
  since: instant.optional().meta({ description: 'Died then or later' }),
  until: instant.optional().meta({ description: 'Died before' }),
  ...tenantQuery,
};

export const deadLettersQuery = z.strictObject({ ...pageQuery, ...filters });

export const deadLetterList = pageOf('DeadLetterList', jobView);

/** Where a page ends. */
export const deadLetterPosition = z.object({ score: z.number(), member: z.string() });

const filter = z.strictObject(filters).meta({ description: 'Which jobs; `{}` means all' });
const limit = z.int().min(1).max(1_000_000_000).optional().meta({ description: 'Jobs at most, those that died first' });
const dryRun = z.boolean().optional().meta({ description: 'Change nothing, and tell how many it would be' });
const ratePerSecond = z.number().min(0.01).max(10_000).optional().meta({ description: 'Jobs per second; as fast as it goes unless given' });

export const redriveInput = component('RedriveInput', z.strictObject({ filter, limit, ratePerSecond, dryRun }));
export const purgeInput = component('PurgeInput', z.strictObject({ filter, limit, dryRun }));

const error = { code: 'http-status', message: 'POST https://billing.internal/hooks/invoice answered 422' };
const DEAD = {
  ...JOB_EXAMPLE,
  state: 'dead',
  attempts: JOB_EXAMPLE.attempts.map((attempt) => ({ ...attempt, error })),
  result: null,
  error,
};

export const previewView = component(
  'DeadLetterPreview',
  z
    .object({
      dryRun: z.literal(true),
      matched: z.int(),
      complete: z.boolean().meta({ description: 'False when only the first 10,000 were looked at: there may be more' }),
      sample: z.array(jobView).meta({ description: 'Up to 10, those that died first' }),
    })
    .meta({ examples: [{ dryRun: true, matched: 1, complete: true, sample: [DEAD] }] }),
);

/** @throws Problem `invalid-request` */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new Problem('invalid-request', 'The request does not fit its schema.', { errors: toEntries(parsed.error) });
}

/** @param tenant whose the caller may have */
export function toFilter({ since, until, ...rest }: z.output<typeof filter>, tenant: string | undefined): DeadLetterFilter {
  const { queue, name, reason, tag } = rest;
  return { queue, name, reason, tag, tenant, since: toUnixMs(since), until: toUnixMs(until) };
}
