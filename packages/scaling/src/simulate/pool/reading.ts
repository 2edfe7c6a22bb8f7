import type { PoolWorker } from '../../pool-signal.js';

/** What can be measured of a pool at one moment. Counters count from the start. */
export interface Reading {
  /** Milliseconds from the start of the load. */
  readonly at: number;
  readonly waiting: number;
  readonly active: number;
  /** Milliseconds; null when no job waits. */
  readonly oldestMs: number | null;
  readonly arrived: number;
  readonly finished: number;
  /** Milliseconds that all finished jobs ran together. */
  readonly finishedMs: number;
  /** Those that are ready. */
  readonly workers: readonly PoolWorker[];
}
