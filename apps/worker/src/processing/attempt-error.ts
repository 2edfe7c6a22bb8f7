import { encodeAttempt, type FailedAttempt } from '@dts/queue';
import { UnrecoverableError } from 'bullmq';

/**
 * What BullMQ is thrown to record a failed attempt: its message becomes the failure's reason, and its stack, the one
 * thing that BullMQ keeps of every attempt, carries the attempt's record.
 */
export class AttemptFailed extends Error {
  override readonly name = 'AttemptFailed';

  constructor(readonly attempt: FailedAttempt) {
    super(attempt.error.message);
    this.stack = encodeAttempt(attempt);
  }
}

/** The same for a job that must not be tried again: BullMQ moves it to the failed set whatever attempts are left. */
export class JobDead extends UnrecoverableError {
  constructor(readonly attempt: FailedAttempt) {
    super(attempt.error.message);
    this.stack = encodeAttempt(attempt);
  }
}

/** Whether a job failed by an attempt, and not without one. */
export function isOfAttempt(error: Error): boolean {
  return error instanceof AttemptFailed || error instanceof JobDead;
}
