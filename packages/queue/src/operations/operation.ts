import type { DeadLetterFilter } from '../dead-letters/dead-letter-filter.js';

export const OPERATION_KINDS = ['redrive', 'purge'] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];

export const OPERATION_STATES = ['running', 'completed', 'cancelled', 'failed'] as const;
export type OperationState = (typeof OPERATION_STATES)[number];

/** What is to be done to which dead letters, and who has asked for it. */
export interface OperationSpec {
  readonly kind: OperationKind;
  readonly filter: DeadLetterFilter;
  /** Jobs at most. */
  readonly limit: number | null;
  readonly ratePerSecond: number | null;
  /** Of the API key that asked. */
  readonly tenant: string;
  /** The API key's id. */
  readonly createdBy: string;
}

/** A change of many jobs that goes on by itself until it is done. Times are Unix milliseconds, by Redis's clock. */
export interface Operation extends OperationSpec {
  readonly id: string;
  readonly state: OperationState;
  /** Jobs to look at, as it was when it began: all that ended in the filter's queue and time, cancelled and expired ones among them. */
  readonly toExamine: number;
  /** Jobs looked at so far. */
  readonly examined: number;
  /** Of these, jobs that the filter means. */
  readonly matched: number;
  readonly done: number;
  /** Changed by somebody else in the meantime, or tied to a parent or to children. */
  readonly skipped: number;
  /** Refused by Redis. */
  readonly failed: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly finishedAt: number | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}
