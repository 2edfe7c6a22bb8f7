import { queueOfJobId } from '../job-id.js';
import type { Flow, FlowJob, FlowNode, FlowState } from './flow.js';
import type { ChildLink, OnFailure } from './flow-link.js';
import type { FlowReader } from './flow-reader.js';
import { toFlowJob } from './new-node.js';
import { nodesOf } from './nodes-of.js';

type Link = Omit<ChildLink, 'onFailure'> & { readonly onFailure?: OnFailure };

/** The flow as it is now; nothing when there is none with this id. */
export async function readFlow(reader: FlowReader, id: string): Promise<Flow | undefined> {
  const link = await reader.tree(id);
  if (!link) return undefined;
  const jobs = new Map<string, FlowJob>();
  for await (const [nodeId, record] of reader.records(nodesOf<Link>(link).map((node) => node.id))) {
    if (record) jobs.set(nodeId, toFlowJob(record));
  }
  const root = jobs.get(id);
  return root && toFlow(await new TreeReader(reader, jobs).node(link, root));
}

/** A flow is what its root is. */
export function toFlow(root: FlowNode): Flow {
  const { id, tenant, submittedAt, finishedAt, state } = root.job;
  return { id, tenant, state: toFlowState(state), submittedAt, finishedAt, root };
}

export function toFlowState(state: FlowJob['state']): FlowState {
  if (state === 'completed' || state === 'cancelled') return state;
  return state === 'dead' || state === 'expired' ? 'failed' : 'running';
}

class TreeReader {
  /** @param jobs those that are still kept */
  constructor(
    private readonly reader: FlowReader,
    private readonly jobs: ReadonlyMap<string, FlowJob>,
  ) {}

  async node(link: Link, job: FlowJob): Promise<FlowNode> {
    const children: FlowNode[] = [];
    for (const child of link.children ?? []) {
      children.push(await this.node(child, this.jobs.get(child.id) ?? (await this.goneJob(child, job))));
    }
    return { job, onFailure: link.onFailure ?? null, children };
  }

  /** Of one whose parent is gone as well, nobody knows more than how that one ended. */
  private async goneJob({ id, name }: Link, parent: FlowJob): Promise<FlowJob> {
    const { state, error } = this.jobs.has(parent.id) ? await this.reader.endOf(id, parent.id) : parent;
    const times = { startedAt: null, finishedAt: null };
    return { ...parent, ...times, id, name, queue: queueOfJobId(id) ?? parent.queue, parentId: parent.id, tags: [], state, error };
  }
}
