import { FLOW_STATES, type Flow, type FlowNode, JOB_STATES, nodesOf, ON_FAILURE } from '@dts/queue';
import { z } from 'zod';
import { component } from '../http/components.js';
import { jobView, toJobView } from '../jobs/job.view.js';

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

export const flowView = component(
  'Flow',
  z.object({
    id: z.string().meta({ description: 'The id of its root job' }),
    state: z.enum(FLOW_STATES).meta({ description: 'Of its root; where that did not wait for all its children, some may run still' }),
    submittedAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
    counts: z.partialRecord(z.enum(JOB_STATES), z.int()).meta({ description: 'Jobs by state' }),
    root: flowNode,
  }),
);

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
