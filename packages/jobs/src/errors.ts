/**
 * The errors by which a handler steers what happens next. Anything else it throws is retried as `handler-error`.
 * They are told apart by `name`, not by class: errors that cross a worker thread arrive as plain objects.
 */

/** The job can never succeed: no further attempt, straight to the dead letters. */
export class FinalError extends Error {
  override readonly name = 'FinalError';

  constructor(
    /** Stable, in kebab case: what operators filter dead letters by. */
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The attempt failed, another may succeed. */
export class RetryableError extends Error {
  override readonly name = 'RetryableError';

  /** Milliseconds to wait before the next attempt; the job's own backoff unless given. */
  readonly retryAfterMs?: number;

  constructor(
    readonly code: string,
    message: string,
    options?: ErrorOptions & { retryAfterMs?: number },
  ) {
    super(message, options);
    this.retryAfterMs = options?.retryAfterMs;
  }
}
