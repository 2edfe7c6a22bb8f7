import { Job, type JobsOptions } from 'bullmq';
import type { Claim } from '../idempotency.js';
import type { JobData } from '../job-data.js';
import { toBullOptions } from '../job-options.js';
import { type JobRecord, type StoredJob, toJobRecord } from '../job-record.js';
import type { Queues } from '../queues.js';
import { toForgottenRecord, toJobData } from '../submission.js';
import type { FlowJob, FlowNode } from './flow.js';
import type { ChildLink, FlowLink, OnFailure } from './flow-link.js';
import type { PlannedNode } from './flow-plan.js';

const BULL_ON_FAILURE = {
  fail: 'failParentOnFailure',
  ignore: 'ignoreDependencyOnFailure',
  continue: 'continueParentOnFailure',
  remove: 'removeDependencyOnFailure',
} as const satisfies Record<OnFailure, keyof JobsOptions>;

/** A planned job as BullMQ would add it. @param print of the whole flow; kept with its root */
export function toBullJob(queues: Queues, node: PlannedNode, flowId: string, print?: string): StoredJob {
  const { id, definition, submission, parent, onFailure } = node;
  const { payload, ...rest } = toJobData(submission, parent ? undefined : print);
  // Lists look for tenants and tags at the end, which what may be long must not push away.
  const data: JobData = { payload, flow: toLink(node, flowId), ...rest };
  const options: JobsOptions & { children?: number } = {
    ...toBullOptions(definition, id, submission.tenant, submission.options),
    ...(parent && { parent: { id: parent.id, queue: queues[parent.definition.queue].qualifiedName } }),
    ...(node.children.length > 0 && { children: node.children.length }),
    ...(onFailure && { [BULL_ON_FAILURE[onFailure]]: true }),
  };
  return new Job<JobData, unknown, string>(queues[definition.queue], submission.name, data, options, id);
}

/** A flow that was stored just now. @param jobs of all nodes, by id */
export function toNewNode(node: PlannedNode, jobs: ReadonlyMap<string, StoredJob>): FlowNode {
  const job = jobs.get(node.id) as StoredJob;
  const children = node.children.map((child) => toNewNode(child, jobs));
  const place = children.length > 0 ? 'waiting-children' : job.delay > 0 ? 'delayed' : 'waiting';
  return { job: toFlowJob(toJobRecord(job, node.definition.queue, place)), onFailure: node.onFailure, children };
}

/** A flow that has ended and is no longer kept. @param claim what its key remembers */
export function toForgottenNode(node: PlannedNode, claim: Claim): FlowNode {
  const { id, submission, definition, parent, onFailure } = node;
  const record = toForgottenRecord({ ...claim, id, name: definition.name, queue: definition.queue }, submission);
  const job = { ...toFlowJob(record), parentId: parent?.id ?? null, flowId: claim.id };
  return { job, onFailure, children: node.children.map((child) => toForgottenNode(child, claim)) };
}

export function toFlowJob({ payload, result, attempts, progress, ...job }: JobRecord): FlowJob {
  return job;
}

/** The root knows all of its flow, others their children only. */
function toLink(node: PlannedNode, flowId: string): FlowLink {
  if (node.children.length === 0) return { id: flowId };
  const links = node.children.map(toChildLink);
  return { id: flowId, children: node.parent ? links.map(({ children, ...link }) => link) : links };
}

function toChildLink({ id, submission, onFailure, children }: PlannedNode): ChildLink {
  const link = { id, name: submission.name, onFailure: onFailure ?? 'fail' };
  return children.length === 0 ? link : { ...link, children: children.map(toChildLink) };
}
