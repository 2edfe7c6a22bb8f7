import type { Mode } from './pool-policy.js';
import type { PoolSignal } from './pool-signal.js';
import type { PoolState } from './pool-state.js';

/** The stages that a decision passes, in this order for a load that is known. */
export const STEP_NAMES = [
  'demand',
  'backlog',
  'unknown-service',
  'age',
  'stuck',
  'cap',
  'tolerance',
  'bounds',
  'stabilization',
  'zero',
  'up-limit',
  'down-limit',
  'busy',
  'pin',
  'settled',
  'hold',
  'fallback',
] as const;

export type StepName = (typeof STEP_NAMES)[number];

/** A stage that set the number of workers, changed it, or refused to. */
export interface Step {
  readonly name: StepName;
  /** Workers, as they stand after this stage. */
  readonly value: number;
  /** Why, in one sentence for operators. */
  readonly because: string;
}

export interface Decision {
  readonly pool: string;
  /** When it was made, in milliseconds since the epoch. */
  readonly at: number;
  readonly mode: Mode;
  /** Workers that the pool has, less those that drain; null when that is not known, and has never been. */
  readonly current: number | null;
  /** Workers that the load asks for, before every limit; null when the load is unknown. */
  readonly raw: number | null;
  /**
   * Workers that the pool should have. Null only where `current` is: nobody knows what to change, so nothing must be.
   * Fewer than `current` is a wish to drain that many: the target is lowered as they come to have no job.
   */
  readonly desired: number | null;
  readonly steps: readonly Step[];
  /** The sentence of the stage that decided. */
  readonly reason: string;
  readonly signal: PoolSignal;
}

export interface Decided {
  readonly decision: Decision;
  /** For the next decision on this pool. */
  readonly state: PoolState;
}
