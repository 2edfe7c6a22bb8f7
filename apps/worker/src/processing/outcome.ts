import type { JobError } from '@dts/queue';
import { readThrown } from './thrown.js';

/** Why an attempt was told to stop. */
export type AbortReason = 'timeout' | 'cancelled' | 'shutdown' | 'lock-lost';

const REASONS: readonly AbortReason[] = ['timeout', 'cancelled', 'shutdown', 'lock-lost'];

export class AttemptAborted extends Error {
  override readonly name = 'AttemptAborted';

  constructor(readonly reason: AbortReason) {
    super(`the attempt was stopped: ${reason}`);
  }

  /** By the reason of a worker's signal: what is none of ours was somebody's wish. */
  static by(signal: AbortSignal): AttemptAborted {
    return new AttemptAborted(REASONS.find((known) => known === signal.reason) ?? 'cancelled');
  }
}

/** What becomes of a job whose attempt did not succeed. */
export type Outcome =
  /** Another attempt, after `retryAfterMs` or the job's own backoff. */
  | { readonly kind: 'retry'; readonly error: JobError; readonly retryAfterMs?: number }
  /** No attempt can succeed. */
  | { readonly kind: 'final' | 'cancelled'; readonly error: JobError }
  /** Not the job's fault: back to the queue, no attempt used up. */
  | { readonly kind: 'shutdown' }
  /** Someone else has the job already: nothing to report. */
  | { readonly kind: 'lock-lost' };

/** @param timeoutMs what the attempt was allowed */
export function classify(thrown: unknown, timeoutMs: number): Outcome {
  if (!(thrown instanceof AttemptAborted)) return classifyThrown(thrown);
  switch (thrown.reason) {
    case 'shutdown':
    case 'lock-lost':
      return { kind: thrown.reason };
    case 'cancelled':
      return { kind: 'cancelled', error: { code: 'cancelled', message: 'The job was cancelled while it ran.' } };
    case 'timeout':
      return { kind: 'retry', error: { code: 'timeout', message: `The attempt took longer than ${timeoutMs} ms.` } };
  }
}

/** By name, not by class: errors from a sandbox are plain objects with the same members. */
function classifyThrown(thrown: unknown): Outcome {
  const { name, message, code, retryAfterMs } = readThrown(thrown);
  if (name === 'FinalError') return { kind: 'final', error: { code: code ?? 'final', message } };
  if (name === 'RetryableError') return { kind: 'retry', error: { code: code ?? 'retryable', message }, retryAfterMs };
  return { kind: 'retry', error: { code: 'handler-error', message } };
}
