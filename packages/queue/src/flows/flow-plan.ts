import { type PayloadIssue, QueueError } from '../errors.js';
import { type Accepted, acceptSubmission } from '../submission.js';
import { type FlowNodeInput, type FlowSubmission, MAX_FLOW_DEPTH, MAX_FLOW_NODES } from './flow.js';
import { type OnFailure } from './flow-link.js';

/** Wrong places that one answer tells: the same mistake in a thousand nodes need not be told a thousand times. */
const ISSUES_TOLD = 100;

/** One job of a flow that has passed all checks. */
export interface PlannedNode extends Accepted {
  /** Null for the root. */
  readonly onFailure: OnFailure | null;
  readonly parent?: PlannedNode;
  readonly children: readonly PlannedNode[];
}

type Path = readonly (string | number)[];

/** Who submits, and how. */
type Origin = Omit<FlowSubmission, 'root'>;

/**
 * Checks every node, and gives each its id: from tenant, key and its place in the tree, so that a repeated submission
 * names the same jobs.
 * @throws QueueError `invalid-flow` with an issue for each wrong place, its path from the root of the tree
 */
export function planFlow({ root, ...from }: FlowSubmission): PlannedNode {
  const tooLarge = sizeIssues(root);
  const issues = tooLarge.length > 0 ? tooLarge : nodeIssues(root, from.tenant, []);
  if (issues.length > 0) throw new QueueError('invalid-flow', 'The flow cannot be taken.', { issues: issues.slice(0, ISSUES_TOLD) });
  return plan(root, from, []);
}

function plan(node: FlowNodeInput, from: Origin, path: Path, parent?: PlannedNode): PlannedNode {
  const children: PlannedNode[] = [];
  const key = from.idempotencyKey;
  const accepted = acceptNode(node, { ...from, idempotencyKey: key === undefined || path.length === 0 ? key : childKey(key, path) });
  const planned: PlannedNode = { ...accepted, onFailure: parent ? (node.onFailure ?? 'fail') : null, parent, children };
  for (const [index, child] of node.children.entries()) children.push(plan(child, from, [...path, 'children', index], planned));
  return planned;
}

/** No caller's key is the same, nor one of a job that a handler submits: see ChildJobs of the worker. */
function childKey(key: string, path: Path): string {
  return `${key}\n\n/${path.join('/')}`;
}

function acceptNode({ name, payload, options }: FlowNodeInput, from: Origin): Accepted {
  return acceptSubmission({ name, payload, options, ...from });
}

/** Never deeper than is allowed, so that a tree without end is no harm. */
function sizeIssues(root: FlowNodeInput): PayloadIssue[] {
  const issues: PayloadIssue[] = [];
  let count = 0;
  const visit = (node: FlowNodeInput, path: Path, level: number): void => {
    count++;
    if (level > MAX_FLOW_DEPTH) issues.push({ path, message: `is deeper than the ${MAX_FLOW_DEPTH} levels that are allowed` });
    else for (const [index, child] of node.children.entries()) visit(child, [...path, 'children', index], level + 1);
  };
  visit(root, [], 1);
  if (count > MAX_FLOW_NODES) issues.push({ path: [], message: `has ${count} jobs; ${MAX_FLOW_NODES} are allowed` });
  return issues;
}

function nodeIssues(node: FlowNodeInput, tenant: string, path: Path): PayloadIssue[] {
  const below = node.children.flatMap((child, index) => nodeIssues(child, tenant, [...path, 'children', index]));
  return [...ownIssues(node, tenant, path), ...below];
}

function ownIssues(node: FlowNodeInput, tenant: string, path: Path): PayloadIssue[] {
  return [...timeIssues(node, path), ...submissionIssues(node, tenant, path)];
}

function timeIssues({ children, options }: FlowNodeInput, path: Path): PayloadIssue[] {
  if (children.length === 0 || options.runAt === undefined) return [];
  return [{ path: [...path, 'runAt'], message: 'does not go with children: the job runs when they have ended, or a delay later' }];
}

function submissionIssues(node: FlowNodeInput, tenant: string, path: Path): PayloadIssue[] {
  try {
    acceptNode(node, { tenant });
    return [];
  } catch (error) {
    if (error instanceof QueueError) return toIssues(error, path);
    throw error;
  }
}

function toIssues({ code, message, issues }: QueueError, path: Path): PayloadIssue[] {
  if (code === 'invalid-payload') return issues.map((issue) => ({ path: [...path, 'payload', ...issue.path], message: issue.message }));
  return [{ path: [...path, code === 'unknown-job' ? 'name' : 'payload'], message }];
}
