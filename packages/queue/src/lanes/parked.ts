import { DELAY_SCORE_SHIFT } from '../delay-score.js';

/**
 * A job that may not start yet, because others of its lane come first, is parked: among BullMQ's delayed jobs, as due in
 * 30,000 years, so that it is in one state for whatever reads the queue. To callers it waits; no `runAt` is so far away.
 */
export const PARKED_MS = 1e15;

/** Scores of parked jobs begin here. */
export const PARKED_FROM = PARKED_MS * DELAY_SCORE_SHIFT;

/** By a job's `delay`, which is reset when it is let go. */
export function isParked({ delay }: { readonly delay?: number }): boolean {
  return delay !== undefined && delay >= PARKED_MS / 2;
}
