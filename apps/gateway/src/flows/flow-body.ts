import { type FlowNodeInput, MAX_FLOW_DEPTH, MAX_FLOW_NODES, ON_FAILURE, toPayloadIssues } from '@dts/queue';
import { z } from 'zod';
import { Problem, type ProblemEntry, toPointer } from '../http/problem.js';
import { parseSubmit, payloadEntries } from '../jobs/submit.schema.js';

/** What a node says beside what any submission does. The rest, children's included, is read on its own. */
const bonds = z.object({
  children: z.array(z.unknown()).optional(),
  onFailure: z.enum(ON_FAILURE).optional(),
});

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
  private nodes = 0;

  /** One level more than allowed is read, so that the queue can say which node is too deep; of too many nodes none. */
  read(body: unknown, root: string, level: number): FlowNodeInput {
    if (++this.nodes > MAX_FLOW_NODES) return this.refuseMore();
    if (typeof body !== 'object' || body === null || Array.isArray(body)) {
      return this.refuse([{ pointer: root, detail: 'must be an object: a job with its children' }]);
    }
    const { children: nodes, onFailure, ...submission } = this.readBonds(body, root);
    if (root === '' && onFailure !== undefined)
      this.refuse([{ pointer: '/onFailure', detail: 'is for children: nothing waits for the root' }]);
    const deeper = level <= MAX_FLOW_DEPTH ? (nodes ?? []) : [];
    return {
      ...this.readSubmission(submission, root),
      onFailure,
      children: deeper.map((node, index) => this.read(node, `${root}/children/${index}`, level + 1)),
    };
  }

  private refuse(errors: readonly ProblemEntry[], list = this.errors): FlowNodeInput {
    for (const error of errors) if (list.length < MAX_ERRORS) list.push(error);
    return NOTHING;
  }

  private refuseMore(): FlowNodeInput {
    if (this.nodes > MAX_FLOW_NODES + 1) return NOTHING;
    this.errors.unshift({ pointer: '', detail: `has more than the ${MAX_FLOW_NODES} jobs that are allowed` });
    return NOTHING;
  }

  private readBonds(body: object, root: string): z.output<typeof bonds> & Record<string, unknown> {
    const parsed = bonds.safeParse(body);
    if (parsed.success) return { ...body, ...parsed.data };
    this.refuse(toPayloadIssues(parsed.error).map(({ path, message }) => ({ pointer: toPointer(path, root), detail: message })));
    return { ...body, children: undefined, onFailure: undefined };
  }

  private readSubmission(submission: object, root: string): Omit<FlowNodeInput, 'children'> {
    this.refuse(payloadEntries(submission, root), this.payloadErrors);
    try {
      return parseSubmit(submission);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const own = (error.details.errors ?? []).filter(({ pointer }) => !pointer?.startsWith('/payload'));
      return this.refuse(own.map(({ pointer, detail }) => ({ pointer: `${root}${pointer}`, detail })));
    }
  }
}

/** In place of what cannot be read: it goes no further. */
const NOTHING: FlowNodeInput = { name: '', payload: undefined, options: {}, children: [] };
