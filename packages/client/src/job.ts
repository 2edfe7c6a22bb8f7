import type { JobName, PayloadInputOf, QueueName, ResultOf } from '@dts/jobs';

export type FinalState = 'completed' | 'dead' | 'cancelled' | 'expired';
export type JobState = 'scheduled' | 'waiting' | 'active' | 'waiting-children' | FinalState;

export interface JobError {
  readonly code: string;
  readonly message: string;
}

export interface JobAttempt {
  /** From 1. */
  readonly number: number;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly worker: string;
  readonly error: JobError | null;
}

/** A job as the gateway tells it; times in RFC 3339. */
export interface Job<Name extends JobName = JobName> {
  readonly id: string;
  readonly name: Name;
  readonly queue: QueueName;
  readonly tenant: string;
  readonly state: JobState;
  readonly payload: PayloadInputOf<Name>;
  readonly tags: readonly string[];
  /** 1 (highest) to 10. */
  readonly priority: number;
  /** Jobs of one tenant and queue with the same key run one at a time. */
  readonly orderingKey: string | null;
  /** The job that waits for this one; null unless it is part of a flow. */
  readonly parentId: string | null;
  /** The flow's id, which is that of its root; null unless the job is part of one. */
  readonly flowId: string | null;
  readonly submittedAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly attemptsMade: number;
  readonly attemptsMax: number;
  /** Those before a retry or redrive come first; their numbers start anew with each. */
  readonly attempts: readonly JobAttempt[];
  /** How often it was retried after it had ended. */
  readonly redrives: number;
  readonly progress: unknown;
  readonly result: ResultOf<Name> | null;
  readonly error: JobError | null;
}

export interface SubmittedJob<Name extends JobName = JobName> extends Job<Name> {
  /** The key had been used for the same submission before; this is the job of that one. */
  readonly replayed: boolean;
}

/** Which jobs a list has; all of the tenant's, or an operator's, unless narrowed. */
export interface JobFilter<Name extends JobName = JobName> {
  readonly state?: JobState | readonly JobState[];
  readonly name?: Name;
  readonly queue?: QueueName;
  readonly tag?: string;
  /** Another tenant's, for operators. */
  readonly tenant?: string;
}

/** What a job's handler has written. */
export interface LogLine {
  /** From 0. */
  readonly line: number;
  readonly text: string;
}

/** A type of job that the gateway takes. */
export interface JobType {
  readonly name: string;
  readonly queue: string;
  readonly description: string;
  readonly attempts: number;
  readonly backoff: { readonly type: string; readonly delay: number; readonly maxDelay?: number };
  /** Milliseconds. */
  readonly timeout: number;
  readonly example: unknown;
  /** JSON Schema. */
  readonly payloadSchema: Readonly<Record<string, unknown>>;
  readonly resultSchema: Readonly<Record<string, unknown>>;
}

export function isFinished(job: Pick<Job, 'state'>): boolean {
  return job.state === 'completed' || job.state === 'dead' || job.state === 'cancelled' || job.state === 'expired';
}

export function jobPath(id: string): string {
  return `/v1/jobs/${encodeURIComponent(id)}`;
}
