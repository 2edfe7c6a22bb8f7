import { FLOW_STATES, type Flow, type FlowNode, type FlowSummary, JOB_STATES, nodesOf, ON_FAILURE } from '@dts/queue';
import { z } from 'zod';
import { component } from '../http/components.js';
import { pageOf } from '../http/pages.js';
import { JOB_EXAMPLE, jobView, toJobView, toTime } from '../jobs/job.view.js';

/** A job without what may be large: `GET /v1/jobs/{id}` has that. */
const flowJob = component('FlowJob', jobView.omit({ payload: true, result: true, attempts: true, progress: true }));

const flowNode = component(
  'FlowNode',
  z.object({
    job: flowJob,
    onFailure: z.enum(ON_FAILURE).nullable().meta({ description: 'What its failure does to its parent; null for the root' }),
    get children() {
      return z.array(flowNode);
    },
  }),
);

const { payload, result, attempts, progress, ...NODE } = JOB_EXAMPLE;
const ROOT = { ...NODE, id: 'rate-limited_0123456789abcdefghjkmnpqrs', name: 'email.send', queue: 'rate-limited' };
const flowId = ROOT.id;
const FLOW_EXAMPLE = {
  id: flowId,
  state: 'completed',
  submittedAt: ROOT.submittedAt,
  finishedAt: ROOT.finishedAt,
  counts: { completed: 2 },
  root: {
    job: { ...ROOT, flowId },
    onFailure: null,
    children: [{ job: { ...NODE, flowId, parentId: flowId }, onFailure: 'ignore', children: [] }],
  },
};

export const flowView = component(
  'Flow',
  z
    .object({
      id: z.string().meta({ description: 'The id of its root job' }),
      state: z.enum(FLOW_STATES).meta({ description: 'Of its root; where that did not wait for all its children, some may run still' }),
      submittedAt: z.iso.datetime(),
      finishedAt: z.iso.datetime().nullable(),
      counts: z.partialRecord(z.enum(JOB_STATES), z.int()).meta({ description: 'Jobs by state' }),
      root: flowNode,
    })
    .meta({ examples: [FLOW_EXAMPLE] }),
);

const EXAMPLE = {
  id: 'io_0s9k2m4t6v8x1z3b5d7f9h2j4m',
  name: 'email.send',
  tenant: 'billing',
  state: 'failed',
  jobs: 3,
  submittedAt: '2026-11-25T08:00:00.000Z',
  finishedAt: '2026-11-25T08:01:12.408Z',
  error: { code: 'child-failed', message: 'Its child io_1q8w2e3r4t5y6a7b8c9d0e1s2d failed.' },
};

export const flowSummaryView = component(
  'FlowSummary',
  flowView
    .pick({ id: true, state: true, submittedAt: true, finishedAt: true })
    .extend({
      name: z.string().meta({ description: "The root's job type" }),
      tenant: z.string(),
      jobs: z.int().min(1).meta({ description: 'How many there are in the tree' }),
      error: jobView.shape.error.meta({ description: 'What the root died of' }),
    })
    .meta({ examples: [EXAMPLE] }),
);

export const flowList = pageOf('FlowList', flowSummaryView);

export function toFlowSummaryView({ submittedAt, finishedAt, ...flow }: FlowSummary): z.output<typeof flowSummaryView> {
  return { ...flow, submittedAt: toTime(submittedAt), finishedAt: finishedAt === null ? null : toTime(finishedAt) };
}

export type FlowView = z.output<typeof flowView>;

export function toFlowView({ id, state, root }: Flow): FlowView {
  const view = toNodeView(root);
  const { submittedAt, finishedAt } = view.job;
  return { id, state, submittedAt, finishedAt, counts: countStates(view), root: view };
}

function toNodeView({ job, onFailure, children }: FlowNode): FlowView['root'] {
  const { payload, result, attempts, progress, ...view } = toJobView({ ...job, payload: null, result: null, attempts: [], progress: 0 });
  return { job: view, onFailure, children: children.map(toNodeView) };
}

function countStates(root: FlowView['root']): FlowView['counts'] {
  const counts: FlowView['counts'] = {};
  for (const { job } of nodesOf(root)) counts[job.state] = (counts[job.state] ?? 0) + 1;
  return counts;
}
