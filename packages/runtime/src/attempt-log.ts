import type { Logger } from './logger.js';
import { withoutCredentials } from './redacted.js';

/** An attempt that has ended, whoever ran it. */
export interface ToldAttempt {
  /** By which its line can be found. */
  readonly facts: object;
  readonly outcome: string;
  readonly waitMs: number | undefined;
  readonly durationMs: number;
  /** The job is dead of it. */
  readonly isFatal: boolean;
}

/** One line for each attempt: no handler has to write one. */
export function logAttempt(logger: Logger, attempt: ToldAttempt, error?: { readonly message: string }): void {
  const { facts, outcome, waitMs, durationMs } = attempt;
  const line = { ...facts, outcome, waitMs, durationMs };
  const reason = error ? withoutCredentials(error.message) : outcome;
  if (outcome === 'completed') logger.info(line, 'job completed');
  else if (outcome === 'shutdown') logger.info(line, 'job handed back');
  else if (outcome === 'cancelled') logger.info({ ...line, error }, 'job cancelled');
  else if (attempt.isFatal) logger.warn({ ...line, error }, `job failed for good: ${reason}`);
  else logger.warn({ ...line, error }, `attempt failed: ${reason}`);
}
