import { JOB_DEFINITIONS, type JobDefinition } from '@dts/jobs';
import { type Submission, toPayloadIssues } from '@dts/queue';
import { z } from 'zod';
import { component } from '../http/components.js';
import { PROBLEM_EXAMPLE, problem } from '../http/openapi.js';
import { Problem, toPointer, type toProblemBody } from '../http/problem.js';
import { JOB_EXAMPLE, type JobView, jobView } from './job.view.js';
import { checkIdempotencyKey, IDEMPOTENCY_KEY, parseSubmit, variantOf } from './submit.schema.js';

const MAX_JOBS = 1_000;
/** Of a whole batch: 8 KiB for each of a thousand jobs. */
export const MAX_BATCH_BYTES = 8 * 1024 * 1024;

/** Each job is read on its own, so that one that is wrong does not sink the others. */
const batch = z.strictObject({
  jobs: z
    .array(z.unknown())
    .min(1, `must hold 1 to ${MAX_JOBS} jobs`)
    .max(MAX_JOBS, `must hold 1 to ${MAX_JOBS} jobs: submit more in parts`),
});

/** The same as the API's description tells it. */
export const batchInput = component(
  'SubmitBatchInput',
  z.strictObject({
    jobs: z
      .array(z.discriminatedUnion('name', JOB_DEFINITIONS.map(toVariant) as [Variant, ...Variant[]]))
      .min(1)
      .max(MAX_JOBS),
  }),
);

type Variant = ReturnType<typeof toVariant>;

function toVariant(definition: JobDefinition) {
  const idempotencyKey = z
    .string()
    .regex(new RegExp(IDEMPOTENCY_KEY.pattern))
    .optional()
    .meta({ description: 'Makes a repeated submission of this job safe for 24 hours' });
  return component(`${definition.name}.BatchInput`, variantOf(definition).extend({ idempotencyKey }));
}

const EXAMPLE = {
  results: [
    { status: 201, job: JOB_EXAMPLE },
    { status: 422, problem: PROBLEM_EXAMPLE },
  ],
};

/** In the order of the jobs; each says what it alone would have been answered. */
export const batchView = component(
  'BatchResults',
  z
    .object({
      results: z.array(z.union([z.object({ status: z.int(), job: jobView }), z.object({ status: z.int(), problem })])),
    })
    .meta({ examples: [EXAMPLE] }),
);

export interface BatchView {
  readonly results: readonly (
    | { readonly status: number; readonly job: JobView }
    | { readonly status: number; readonly problem: ReturnType<typeof toProblemBody> }
  )[];
}

/** @throws Problem `invalid-request` when it is no batch at all */
export function parseBatch(body: unknown): readonly unknown[] {
  const parsed = batch.safeParse(body);
  if (parsed.success) return parsed.data.jobs;
  const errors = toPayloadIssues(parsed.error).map(({ path, message }) => ({ pointer: toPointer(path), detail: message }));
  throw new Problem('invalid-request', 'The batch does not fit its schema.', { errors });
}

/** One job of a batch; pointers of its problem begin at the job. @throws Problem `invalid-request`, `invalid-idempotency-key` */
export function parseBatchItem(item: unknown, tenant: string): Submission {
  if (typeof item !== 'object' || item === null || !('idempotencyKey' in item)) return { ...parseSubmit(item), tenant };
  const { idempotencyKey, ...body } = item;
  checkIdempotencyKey(idempotencyKey);
  return { ...parseSubmit(body), tenant, idempotencyKey };
}
