import { JOB_DEFINITIONS, type JobDefinition } from '@dts/jobs';
import { z } from 'zod';
import { component } from '../http/components.js';
import { Problem } from '../http/problem.js';
import { checkIdempotencyKey, IDEMPOTENCY_KEY, parseSubmit, type SubmitRequest, variantOf } from '../jobs/submit.schema.js';

/** A submission by a job that runs, as the API's description tells it. */
export const childInput = component(
  'SubmitChildInput',
  z.discriminatedUnion('name', JOB_DEFINITIONS.map(toVariant) as [Variant, ...Variant[]]),
);

/** For the documentation. */
export const CHILD_EXAMPLES = Object.fromEntries(
  JOB_DEFINITIONS.map(({ name, description, example }) => [
    name,
    { summary: description, value: { name, payload: example, key: 'part-1' } },
  ]),
);

type Variant = ReturnType<typeof toVariant>;

function toVariant(definition: JobDefinition) {
  const key = z
    .string()
    .regex(new RegExp(IDEMPOTENCY_KEY.pattern))
    .meta({ description: 'Tells the job from others that the same parent submits: the same in every run of the parent' });
  return component(`${definition.name}.ChildInput`, variantOf(definition).extend({ key }));
}

/** @throws Problem `invalid-request`, `invalid-idempotency-key` */
export function parseChild(body: unknown): SubmitRequest & { readonly key: string } {
  const { key, ...job } = z.looseObject({ key: z.unknown().optional() }).safeParse(body).data ?? {};
  if (typeof key !== 'string') {
    const errors = [{ pointer: '/key', detail: key === undefined ? 'is missing' : 'must be a string' }];
    throw new Problem('invalid-request', 'The submission needs a key.', { errors });
  }
  checkIdempotencyKey(key);
  return { ...parseSubmit(job), key };
}
