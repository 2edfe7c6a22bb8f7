import { readThrown } from '@dts/jobs';
import type { JobError } from '../attempt.js';

/** What becomes of a job whose attempt did not succeed. */
export type FailedOutcome =
  | Failure
  /** Not the job's fault: back to the queue, no attempt used up. */
  | { readonly kind: 'shutdown' };

export type Failure =
  /** Another attempt, after `retryAfterMs` or the job's own backoff. */
  | { readonly kind: 'retry'; readonly error: JobError; readonly retryAfterMs?: number }
  /** No attempt can succeed. */
  | { readonly kind: 'final' | 'cancelled'; readonly error: JobError }
  /** Someone else has the job already: nothing to report. */
  | { readonly kind: 'lock-lost' };

/** By name, not by class: errors from a sandbox are plain objects with the same members. */
export function classifyThrown(thrown: unknown): Failure {
  const { name, message, code, retryAfterMs } = readThrown(thrown);
  if (name === 'FinalError') return { kind: 'final', error: { code: code ?? 'final', message } };
  if (name === 'RetryableError') return { kind: 'retry', error: { code: code ?? 'retryable', message }, retryAfterMs };
  return { kind: 'retry', error: { code: 'handler-error', message } };
}

/** Of an attempt that was told to stop, whatever it threw then. @param timeoutMs what it was allowed */
export function stopped(reason: 'cancelled' | 'timeout', timeoutMs: number): Failure {
  if (reason === 'cancelled') return { kind: 'cancelled', error: { code: 'cancelled', message: 'The job was cancelled while it ran.' } };
  return { kind: 'retry', error: { code: 'timeout', message: `The attempt took longer than ${timeoutMs} ms.` } };
}
