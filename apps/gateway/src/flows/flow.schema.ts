import { JOB_DEFINITIONS, type JobDefinition } from '@dts/jobs';
import { MAX_FLOW_DEPTH, MAX_FLOW_NODES, ON_FAILURE } from '@dts/queue';
import { z } from 'zod';
import { component } from '../http/components.js';
import { variantOf } from '../jobs/submit.schema.js';

/** Of a whole flow, as of a batch. */
export const MAX_FLOW_BYTES = 8 * 1024 * 1024;

const CHILDREN = `Run before this job, beside one another. Up to ${MAX_FLOW_NODES} jobs in all, ${MAX_FLOW_DEPTH} levels deep`;
const ON_FAILURE_MEANS = `What becomes of the parent when this job is dead, cancelled or expired. \`fail\` (the default): it never runs, and is
dead as well. \`ignore\`: it runs when the others have ended. \`continue\`: it runs at once, the others run on. \`remove\`: as if there
had not been such a child`;

const child: z.ZodType = component(
  'FlowChildInput',
  z.discriminatedUnion(
    'name',
    variants('FlowChildInput', { onFailure: z.enum(ON_FAILURE).optional().meta({ description: ON_FAILURE_MEANS }) }),
  ),
);

/** The same as the API's description tells it: one shape for each job type, with children of any. */
export const flowInput = component('SubmitFlowInput', z.discriminatedUnion('name', variants('FlowInput', {})));

type Variant = ReturnType<typeof variantOf>;

function variants(suffix: string, own: z.ZodRawShape): [Variant, ...Variant[]] {
  return JOB_DEFINITIONS.map((definition) => toVariant(definition, suffix, own)) as [Variant, ...Variant[]];
}

function toVariant(definition: JobDefinition, suffix: string, own: z.ZodRawShape): Variant {
  const children = z
    .lazy(() => z.array(child))
    .optional()
    .meta({ description: CHILDREN });
  return component(`${definition.name}.${suffix}`, variantOf(definition).extend({ children, ...own }));
}
