import type { QueueName } from '@dts/jobs';
import type { JobState as BullState, Job } from 'bullmq';
import { type FailedAttempt, type JobError, readHistory } from './attempt.js';
import { CANCELLED } from './cancelled.js';
import { decodeShare } from './fairness/share.js';
import type { JobData } from './job-data.js';
import type { NewJobOptions } from './job-options.js';
import { isParked } from './lanes/parked.js';

export type JobState = 'scheduled' | 'waiting' | 'active' | 'waiting-children' | 'completed' | 'dead' | 'cancelled' | 'expired';

export const JOB_STATES = [
  'scheduled',
  'waiting',
  'active',
  'waiting-children',
  'completed',
  'dead',
  'cancelled',
  'expired',
] as const satisfies JobState[];

export const FINAL_STATES: ReadonlySet<JobState> = new Set(['completed', 'dead', 'cancelled', 'expired']);

/** An attempt that failed, succeeded (no error) or still runs (no end). */
export type Attempt = Pick<FailedAttempt, 'number' | 'startedAt' | 'worker'> & {
  readonly finishedAt: number | null;
  readonly error: JobError | null;
  /** Milliseconds until the next one was to start; absent unless it failed and one was to come. */
  readonly retryInMs?: number;
};

/** A job as callers know it. Times are Unix milliseconds. */
export interface JobRecord {
  readonly id: string;
  readonly name: string;
  readonly queue: QueueName;
  readonly tenant: string;
  readonly state: JobState;
  readonly payload: unknown;
  readonly tags: readonly string[];
  readonly priority: number;
  /** Jobs of one tenant and queue with the same key run one at a time. */
  readonly orderingKey: string | null;
  /** The job that waits for this one; null unless it is part of a flow. */
  readonly parentId: string | null;
  /** The flow's id, which is that of its root; null unless the job is part of one. */
  readonly flowId: string | null;
  readonly submittedAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly attemptsMade: number;
  readonly attemptsMax: number;
  /** Those before a redrive come first; the numbers start anew with each. */
  readonly attempts: readonly Attempt[];
  /** How often it was redriven, as far as its history is kept. */
  readonly redrives: number;
  readonly progress: unknown;
  readonly result: unknown;
  readonly error: JobError | null;
}

export type StoredJob = Job<JobData, unknown, string>;

/**
 * Reads a stored job. State and hash are read one after the other, so the hash, read last, decides where they disagree:
 * a job with an end has ended, whatever set it was in a moment before.
 */
export function toJobRecord(job: StoredJob, queue: QueueName, bullState: BullState | 'unknown'): JobRecord {
  const { failures, current, redrives } = readHistory(job.stacktrace ?? []);
  const error = toJobError(job, current);
  const state = toJobState(job, bullState, error);
  return {
    id: job.id ?? '',
    name: job.name,
    queue,
    tenant: job.data.tenant,
    state,
    payload: job.data.payload,
    tags: job.data.tags ?? [],
    priority: toPriority(job),
    orderingKey: (job.opts as Partial<NewJobOptions>).orderingKey ?? null,
    parentId: job.parent?.id ?? null,
    flowId: job.data.flow?.id ?? null,
    submittedAt: job.timestamp,
    startedAt: job.processedOn ?? null,
    finishedAt: job.finishedOn ?? null,
    attemptsMade: job.attemptsMade,
    attemptsMax: job.opts.attempts ?? 1,
    attempts: toAttempts(job, state, failures),
    redrives,
    progress: job.progress,
    result: state === 'completed' ? (job.returnvalue ?? null) : null,
    error: state === 'completed' ? null : error,
  };
}

/** One that was stored before there were shares has it as BullMQ's, and none for 1. */
function toPriority({ opts, priority }: StoredJob): number {
  const { share } = opts as Partial<NewJobOptions>;
  return share === undefined ? Math.max(1, priority) : decodeShare(share).priority;
}

function toJobState(job: StoredJob, bullState: BullState | 'unknown', error: JobError | null): JobState {
  if (isToBeCancelled(job, bullState)) return 'cancelled';
  if (job.finishedOn !== undefined) return hasFailed(job, bullState) ? toFailedState(error) : 'completed';
  switch (bullState) {
    case 'active':
    case 'waiting-children':
    case 'completed':
      return bullState;
    case 'delayed':
      return isParked(job) ? 'waiting' : 'scheduled';
    case 'failed':
      return toFailedState(error);
    default:
      return 'waiting';
  }
}

/** It never starts again, though it stays where it is until a worker comes by. */
function isToBeCancelled(job: StoredJob, bullState: BullState | 'unknown'): boolean {
  return job.finishedOn === undefined && job.deferredFailure === CANCELLED && bullState !== 'active';
}

/**
 * Where the set was read before the end, the hash tells: a result only comes with success, while the reason of a failed
 * attempt stays with a job that succeeds later.
 */
function hasFailed(job: StoredJob, bullState: BullState | 'unknown'): boolean {
  if (bullState === 'completed' || bullState === 'failed') return bullState === 'failed';
  return job.failedReason !== undefined && job.returnvalue == null;
}

/** The failed set holds three kinds of end, told apart by the error's code. */
export function toFailedState(error: JobError | null): JobState {
  return error?.code === 'cancelled' || error?.code === 'expired' ? error.code : 'dead';
}

/** The reason with which BullMQ fails a job whose child must not fail: it has the child's key. */
const FAILED_CHILD = /^child \S*?([^:\s]+) failed$/;

/** Of the end of a job that did not complete. */
type Failure = Pick<JobRecord, 'state' | 'error'>;

/** What a job of the failed set is, by nothing but what tells of its end. */
export function readFailure(failedReason: string | undefined, stacktrace: readonly string[]): Failure {
  const error = toJobError({ failedReason }, readHistory(stacktrace).current);
  return { state: toFailedState(error), error };
}

function toJobError({ failedReason }: { readonly failedReason?: string }, failures: readonly FailedAttempt[]): JobError | null {
  const last = failures.at(-1)?.error;
  if (failedReason === CANCELLED) return { code: 'cancelled', message: 'The job was cancelled before it ran.' };
  const failedChild = FAILED_CHILD.exec(failedReason ?? '')?.[1];
  if (failedChild) return { code: 'child-failed', message: `Its child ${failedChild} failed.` };
  // BullMQ fails a job by itself too (it stalled too often): then the reason is not the last attempt's.
  if (last && (failedReason === undefined || failedReason === last.message)) return last;
  return failedReason === undefined ? null : { code: 'stalled', message: failedReason };
}

function toAttempts(job: StoredJob, state: JobState, failures: readonly FailedAttempt[]): Attempt[] {
  const last = toLastAttempt(job, state);
  return last ? [...failures, last] : [...failures];
}

/** The attempt that runs or succeeded: a failed one is in the history already. */
function toLastAttempt(job: StoredJob, state: JobState): Attempt | undefined {
  if (job.processedOn === undefined || (state !== 'active' && state !== 'completed')) return undefined;
  return {
    number: state === 'active' ? job.attemptsMade + 1 : job.attemptsMade,
    startedAt: job.processedOn,
    finishedAt: job.finishedOn ?? null,
    worker: job.processedBy ?? 'unknown',
    error: null,
  };
}

interface Waiting extends Pick<StoredJob, 'timestamp' | 'stacktrace'> {
  readonly opts: { readonly delay?: number; readonly children?: number };
}

/**
 * Unix milliseconds from which on a job could have run: it does not wait while its delay or its backoff runs, or while it is
 * dead. Unknown before the first attempt of a flow's parent, because nothing tells when the last of its children ended.
 */
export function waitingSince({ timestamp, stacktrace, opts }: Waiting): number | undefined {
  const { current, redrivenAt } = readHistory(stacktrace ?? []);
  const last = current.at(-1);
  if (last) return last.finishedAt + (last.retryInMs ?? 0);
  if (opts.children) return undefined;
  if (redrivenAt !== undefined) return redrivenAt;
  return firstDue({ timestamp, opts });
}

/** Unix milliseconds from which on a job could have run for the first time: its submission, or the time that this named. */
export function firstDue({ timestamp, opts }: Pick<Waiting, 'timestamp' | 'opts'>): number {
  return isParked(opts) ? timestamp : timestamp + (opts.delay ?? 0);
}
