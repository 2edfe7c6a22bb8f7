import type { JobError } from '@dts/queue';

/** Why an attempt was told to stop. */
export type AbortReason = 'timeout' | 'cancelled' | 'shutdown' | 'lock-lost';

export class AttemptAborted extends Error {
  override readonly name = 'AttemptAborted';

  constructor(readonly reason: AbortReason) {
    super(`the attempt was stopped: ${reason}`);
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

/**
 * Decides by what the handler threw and, before that, by why it was stopped: a handler that was told to stop throws
 * whatever its libraries throw then.
 */
export function classify(thrown: unknown, aborted: AbortReason | undefined, timeoutMs: number): Outcome {
  switch (aborted) {
    case 'shutdown':
    case 'lock-lost':
      return { kind: aborted };
    case 'cancelled':
      return { kind: 'cancelled', error: { code: 'cancelled', message: 'The job was cancelled while it ran.' } };
    case 'timeout':
      return { kind: 'retry', error: { code: 'timeout', message: `The attempt took longer than ${timeoutMs} ms.` } };
    default:
      return classifyThrown(thrown);
  }
}

/** By name, not by class: errors from a worker thread are plain objects with the same members. */
function classifyThrown(thrown: unknown): Outcome {
  const { name, message, code, retryAfterMs } = readError(thrown);
  if (name === 'FinalError') return { kind: 'final', error: { code: code ?? 'final', message } };
  if (name === 'RetryableError') return { kind: 'retry', error: { code: code ?? 'retryable', message }, retryAfterMs };
  return { kind: 'retry', error: { code: 'handler-error', message } };
}

interface ThrownError {
  readonly name?: string;
  readonly message: string;
  readonly code?: string;
  readonly retryAfterMs?: number;
}

function readError(thrown: unknown): ThrownError {
  if (typeof thrown !== 'object' || thrown === null) return { message: String(thrown) };
  const { name, message, code, retryAfterMs } = thrown as Partial<ThrownError>;
  return {
    name,
    message: message || name || 'The handler threw an error without a message.',
    code: typeof code === 'string' ? code : undefined,
    retryAfterMs: typeof retryAfterMs === 'number' && retryAfterMs >= 0 ? retryAfterMs : undefined,
  };
}
