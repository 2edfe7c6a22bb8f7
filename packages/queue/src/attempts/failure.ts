import { WaitingError } from 'bullmq';
import type { FailedAttempt, JobError } from '../attempt.js';
import { ARRIVAL_PRIORITY } from '../fairness/line.js';
import { backoffDelay } from '../job-options.js';
import { AttemptFailed, JobDead } from './attempt-error.js';
import type { Failure } from './outcome.js';
import type { WorkerJob } from './worker-job.js';

/** An attempt that is over. */
export interface Ended {
  readonly job: WorkerJob;
  /** Who ran it. */
  readonly worker: string;
  /** Unix milliseconds. */
  readonly startedAt: number;
}

/** What BullMQ is to fail the attempt with. */
export function toFailure(ended: Ended, outcome: Failure): AttemptFailed | JobDead {
  switch (outcome.kind) {
    case 'retry':
      return toRetry(ended, outcome.error, outcome.retryAfterMs);
    case 'final':
    case 'cancelled':
      return new JobDead(toAttempt(ended, outcome.error));
    case 'lock-lost':
      return new AttemptFailed(toAttempt(ended, { code: 'lock-lost', message: 'Another worker has taken the job over.' }));
  }
}

/** Back to the head of the queue, no attempt used up. It had its place in line: it must not stand at the end again. */
export async function handBack(job: WorkerJob, token: string): Promise<WaitingError> {
  if (job.priority === ARRIVAL_PRIORITY) await job.changePriority({ priority: 0 });
  await job.moveToWait(token);
  return new WaitingError();
}

/** The wait is drawn here, so that the attempt's record can tell it; BullMQ asks for it a moment later. */
function toRetry(ended: Ended, error: JobError, retryAfterMs: number | undefined): AttemptFailed | JobDead {
  const { opts } = ended.job;
  const attempt = toAttempt(ended, error);
  if (attempt.number >= (opts.attempts ?? 1)) return new JobDead(attempt);
  const backoff = typeof opts.backoff === 'object' ? opts.backoff : { type: 'constant', delay: opts.backoff };
  return new AttemptFailed({ ...attempt, retryInMs: retryAfterMs ?? backoffDelay(backoff, attempt.number, Math.random()) });
}

/** A message may have been cut within a character: Redis would keep another one as the reason, which would not be known as this attempt's. */
function toAttempt({ job, worker, startedAt }: Ended, { code, message }: JobError): FailedAttempt {
  const error = { code, message: Buffer.from(message).toString() };
  return { number: job.attemptsMade + 1, startedAt, finishedAt: Date.now(), worker, error };
}
