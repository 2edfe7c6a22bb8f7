import { waitingSince } from '../job-record.js';
import type { Ending } from '../statistics/queue-counters.js';
import type { FailedOutcome } from './outcome.js';
import type { WorkerJob } from './worker-job.js';

export type AttemptOutcome = 'completed' | FailedOutcome['kind'];

/** What metrics, statistics and log tell of an attempt that has ended. */
export interface AttemptReport {
  readonly queue: string;
  readonly job: string;
  readonly jobId: string | undefined;
  readonly attempt: number;
  readonly outcome: AttemptOutcome;
  /** Unknown for a job that nobody knows since when it waited. */
  readonly waitMs: number | undefined;
  readonly durationMs: number;
}

export function reportAttempt(job: WorkerJob, startedAt: number, outcome: AttemptOutcome, attempt = job.attemptsMade + 1): AttemptReport {
  const since = waitingSince(job);
  const waitMs = since === undefined ? undefined : Math.max(0, startedAt - since);
  return { queue: job.queueName, job: job.name, jobId: job.id, attempt, outcome, waitMs, durationMs: Date.now() - startedAt };
}

/** What was cancelled, handed back or taken over says nothing of the work itself. */
export function endingOf(outcome: AttemptOutcome): Ending {
  if (outcome === 'completed') return 'completed';
  return outcome === 'retry' || outcome === 'final' ? 'failed' : 'other';
}
