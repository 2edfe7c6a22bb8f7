import type { JobName, PayloadInputOf } from '@dts/jobs';
import type { Job, JobError, JobState } from './job.js';
import type { JobOptions } from './job-options.js';

/**
 * What becomes of the parent when the job is dead, cancelled or expired. `fail`: it never runs, and is dead as well. `ignore`: it
 * runs when the others have ended. `continue`: it runs at once, the others run on. `remove`: as if there had not been such a child.
 */
export type OnFailure = 'fail' | 'ignore' | 'continue' | 'remove';

/** A tree of jobs of any types: each runs when its children have ended. Up to 1,000 jobs, ten levels deep. */
export type FlowInput<Name extends JobName = JobName> = { readonly [N in Name]: FlowInputOf<N> }[Name];

/** `fail` unless given. */
export type FlowChildInput = FlowInput & { readonly onFailure?: OnFailure };

type FlowInputOf<Name extends JobName> = Omit<JobOptions, 'idempotencyKey'> & {
  readonly name: Name;
  readonly payload: PayloadInputOf<Name>;
  /** A `delay` of a job with children counts from their end; it has no `runAt`. */
  readonly children?: readonly FlowChildInput[];
};

/** A flow as the gateway tells it; times in RFC 3339. */
export interface Flow {
  /** Of its root job: `client.waitFor(flow.id)` waits for the flow. */
  readonly id: string;
  /** Of its root; where that did not wait for all its children, some may run still. */
  readonly state: 'running' | 'completed' | 'failed' | 'cancelled';
  readonly submittedAt: string;
  readonly finishedAt: string | null;
  /** Jobs by state. */
  readonly counts: Readonly<Partial<Record<JobState, number>>>;
  readonly root: FlowNode;
}

/** A flow in a list, without its tree. */
export interface FlowSummary extends Pick<Flow, 'id' | 'state' | 'submittedAt' | 'finishedAt'> {
  /** The root's job type. */
  readonly name: string;
  readonly tenant: string;
  /** How many there are in the tree. */
  readonly jobs: number;
  /** What the root died of. */
  readonly error: JobError | null;
}

/** Which flows to list: those that have all that is given. */
export interface FlowFilter {
  readonly state?: Flow['state'] | readonly Flow['state'][];
  /** For operators, who otherwise see every tenant's. */
  readonly tenant?: string;
}

export interface SubmittedFlow extends Flow {
  /** The key had been used for the same flow before; this is that one. */
  readonly replayed: boolean;
}

export interface FlowNode {
  readonly job: FlowJob;
  /** Null for the root. */
  readonly onFailure: OnFailure | null;
  /** In the order in which they were submitted. */
  readonly children: readonly FlowNode[];
}

/** A job without what may be large: `client.get` has that. */
export type FlowJob = Omit<Job, 'payload' | 'result' | 'attempts' | 'progress'>;
