import { JOB_DEFINITIONS, type JobDefinition } from '@dts/jobs';
import { type FlowNodeInput, MAX_FLOW_DEPTH, MAX_FLOW_NODES, ON_FAILURE, toPayloadIssues } from '@dts/queue';
import { z } from 'zod';
import { component } from '../http/components.js';
import { Problem, type ProblemEntry, toPointer } from '../http/problem.js';
import { parseSubmit, payloadEntries, variantOf } from '../jobs/submit.schema.js';

/** Of a whole flow, as of a batch. */
export const MAX_FLOW_BYTES = 8 * 1024 * 1024;

const onFailure = z.enum(ON_FAILURE);

/** What a node says beside what any submission does. The rest, children's included, is read on its own. */
const bonds = z.object({
  children: z.array(z.unknown()).optional(),
  onFailure: onFailure.optional(),
});

const CHILDREN = `Run before this job, beside one another. Up to ${MAX_FLOW_NODES} jobs in all, ${MAX_FLOW_DEPTH} levels deep`;
const ON_FAILURE_MEANS = `What becomes of the parent when this job is dead, cancelled or expired. \`fail\` (the default): it never runs, and is
dead as well. \`ignore\`: it runs when the others have ended. \`continue\`: it runs at once, the others run on. \`remove\`: as if there
had not been such a child`;

const child: z.ZodType = component(
  'FlowChildInput',
  z.discriminatedUnion('name', variants('FlowChildInput', { onFailure: onFailure.optional().meta({ description: ON_FAILURE_MEANS }) })),
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

/**
 * Reads a flow. Payloads are left to the queue, which knows their schemas, unless something else is wrong already: then
 * their problems are told along, so that a caller sees all of them at once.
 * @throws Problem `invalid-request` with a pointer into the tree for each wrong place
 */
export function parseFlow(body: unknown): FlowNodeInput {
  const reader = new FlowBody();
  const root = reader.read(body, '', 1);
  if (reader.errors.length === 0) return root;
  throw new Problem('invalid-request', 'The flow does not fit its schema.', {
    errors: [...reader.errors, ...reader.payloadErrors].slice(0, MAX_ERRORS),
  });
}

/** Wrong places that one answer tells. */
const MAX_ERRORS = 100;

class FlowBody {
  readonly errors: ProblemEntry[] = [];
  readonly payloadErrors: ProblemEntry[] = [];

  /** One level more than allowed is read, so that the queue can say which node is too deep. */
  read(body: unknown, root: string, level: number): FlowNodeInput {
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      this.errors.push({ pointer: root, detail: 'must be an object: a job with its children' });
      return NOTHING;
    }
    const { children: nodes, onFailure, ...submission } = this.readBonds(body, root);
    if (root === '' && onFailure !== undefined)
      this.errors.push({ pointer: '/onFailure', detail: 'is for children: nothing waits for the root' });
    const deeper = level <= MAX_FLOW_DEPTH ? (nodes ?? []) : [];
    return {
      ...this.readSubmission(submission, root),
      onFailure,
      children: deeper.map((node, index) => this.read(node, `${root}/children/${index}`, level + 1)),
    };
  }

  private readBonds(body: object, root: string): z.output<typeof bonds> & Record<string, unknown> {
    const parsed = bonds.safeParse(body);
    if (parsed.success) return { ...body, ...parsed.data };
    this.errors.push(...toPayloadIssues(parsed.error).map(({ path, message }) => ({ pointer: toPointer(path, root), detail: message })));
    return { ...body, children: undefined, onFailure: undefined };
  }

  private readSubmission(submission: object, root: string): Omit<FlowNodeInput, 'children'> {
    this.payloadErrors.push(...payloadEntries(submission, root));
    try {
      return parseSubmit(submission);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const own = (error.details.errors ?? []).filter(({ pointer }) => !pointer?.startsWith('/payload'));
      this.errors.push(...own.map(({ pointer, detail }) => ({ pointer: `${root}${pointer}`, detail })));
      return NOTHING;
    }
  }
}

/** In place of what cannot be read: it goes no further. */
const NOTHING: FlowNodeInput = { name: '', payload: undefined, options: {}, children: [] };
