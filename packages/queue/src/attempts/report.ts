import { findJobDefinition } from '@dts/jobs';
import { firstDue, type JobState, readFailure, waitingSince } from '../job-record.js';
import type { Ending } from '../statistics/queue-counters.js';
import type { FailedOutcome } from './outcome.js';
import { isLastAttempt, type WorkerJob } from './worker-job.js';

export type AttemptOutcome = 'completed' | FailedOutcome['kind'];

/** What metrics tell jobs apart by. */
export interface JobLabels {
  readonly queue: string;
  /** Known names only: a job may have been stored by another version. */
  readonly job_name: string;
}

/** What metrics, statistics and log tell of an attempt that has ended. */
export interface AttemptReport {
  readonly labels: JobLabels;
  readonly facts: ReturnType<typeof factsOf>;
  readonly outcome: AttemptOutcome;
  /** Unknown for a job that nobody knows since when it waited. */
  readonly waitMs: number | undefined;
  readonly durationMs: number;
  /** The job is dead of it. */
  readonly isFatal: boolean;
}

/** How a job ended, or that another attempt follows. */
export interface JobEnd {
  readonly labels: JobLabels;
  readonly state: JobState | 'retrying';
  /** The code of the error that a dead job died of. */
  readonly reason: string | undefined;
  /** Milliseconds from its submission, or the moment it was to start at, until its end; of jobs that were worked off. */
  readonly endToEndMs: number | undefined;
}

export function labelsOf(job: WorkerJob): JobLabels {
  return { queue: job.queueName, job_name: findJobDefinition(job.name)?.name ?? 'unknown' };
}

/** By which a line in a log can be found, and led back to whoever submitted the job. */
export function factsOf({ queueName, name, id, attemptsMade, data }: WorkerJob) {
  return { queue: queueName, job: name, jobId: id, attempt: attemptsMade + 1, requestId: data.requestId };
}

/** While BullMQ has not been told yet. */
export function reportAttempt(job: WorkerJob, startedAt: number, outcome: AttemptOutcome): AttemptReport {
  const since = waitingSince(job);
  const waitMs = since === undefined ? undefined : Math.max(0, startedAt - since);
  const isFatal = outcome === 'final' || (outcome === 'retry' && isLastAttempt(job));
  return { labels: labelsOf(job), facts: factsOf(job), outcome, waitMs, durationMs: Date.now() - startedAt, isFatal };
}

/** Once BullMQ has been told that its attempt failed, or that there was none. */
export function reportFailure(job: WorkerJob): JobEnd {
  const labels = labelsOf(job);
  if (job.finishedOn === undefined) return { labels, state: 'retrying', reason: undefined, endToEndMs: undefined };
  const { state, error } = readFailure(job.failedReason, job.stacktrace ?? []);
  if (state !== 'dead') return { labels, state, reason: undefined, endToEndMs: undefined };
  return { labels, state, reason: error?.code ?? 'unknown', endToEndMs: endToEndOf(job) };
}

/** Once BullMQ has been told that it succeeded. */
export function reportSuccess(job: WorkerJob): JobEnd {
  return { labels: labelsOf(job), state: 'completed', reason: undefined, endToEndMs: endToEndOf(job) };
}

/** What was cancelled, handed back or taken over says nothing of the work itself. */
export function endingOf(outcome: AttemptOutcome): Ending {
  if (outcome === 'completed') return 'completed';
  return outcome === 'retry' || outcome === 'final' ? 'failed' : 'other';
}

function endToEndOf(job: WorkerJob): number {
  return Math.max(0, Number(job.finishedOn) - firstDue(job));
}
