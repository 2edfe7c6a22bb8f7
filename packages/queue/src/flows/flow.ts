import type { JobError } from '../attempt.js';
import type { SubmitOptions } from '../job-options.js';
import type { JobRecord } from '../job-record.js';
import type { OnFailure } from './flow-link.js';

export const FLOW_STATES = ['running', 'completed', 'failed', 'cancelled'] as const;
export type FlowState = (typeof FLOW_STATES)[number];

export const MAX_FLOW_NODES = 1_000;
/** Levels, the root's included. */
export const MAX_FLOW_DEPTH = 10;

/** One job of a flow as it is submitted. It runs when its children have ended; its `delay` counts from then. */
export interface FlowNodeInput {
  readonly name: string;
  readonly payload: unknown;
  readonly options: SubmitOptions;
  /** `fail` unless given; means nothing for a root. */
  readonly onFailure?: OnFailure;
  readonly children: readonly FlowNodeInput[];
}

export interface FlowSubmission {
  readonly root: FlowNodeInput;
  readonly tenant: string;
  /** Makes a repeated submission safe for 24 h; shares its space with the keys of jobs. */
  readonly idempotencyKey?: string;
  /** As of a job's submission. */
  readonly requestId?: string;
}

/** A flow as callers know it. Times are Unix milliseconds. */
export interface Flow {
  readonly id: string;
  readonly tenant: string;
  /** That of its root. Where a parent did not wait for all its children, some may run still. */
  readonly state: FlowState;
  readonly submittedAt: number;
  readonly finishedAt: number | null;
  readonly root: FlowNode;
}

/** A flow without its tree. */
export interface FlowSummary extends Pick<Flow, 'id' | 'tenant' | 'state' | 'submittedAt' | 'finishedAt'> {
  /** The root's job type. */
  readonly name: string;
  /** How many there are in the tree. */
  readonly jobs: number;
  /** What the root died of. */
  readonly error: JobError | null;
}

export interface FlowNode {
  readonly job: FlowJob;
  /** Null for the root. */
  readonly onFailure: OnFailure | null;
  readonly children: readonly FlowNode[];
}

/** A job of a flow, without what may be large. */
export type FlowJob = Omit<JobRecord, 'payload' | 'result' | 'attempts' | 'progress'>;

export interface SubmittedFlow {
  /** `replayed`: the key was known, and this is the flow it stands for. */
  readonly outcome: 'created' | 'replayed';
  readonly flow: Flow;
}
