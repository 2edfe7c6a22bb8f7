import type { Manners } from '../pool/pool-model.js';
import type { Reading } from '../pool/reading.js';

/** What a scaler knows when it decides. The target it sees as it is; the load as it was a metric lag ago. */
export interface Seen {
  /** Milliseconds from the start of the load. */
  readonly now: number;
  /** What the target is set to. */
  readonly replicas: number;
  readonly ready: number;
  readonly reading: Reading;
}

/** Decides again and again for one pool, and may remember what it has seen: a new one for each run. */
export interface Scaler {
  /** Milliseconds between two decisions. */
  readonly period: number;
  readonly manners: Manners;
  /** Workers at the start. */
  readonly initial: number;
  /** @returns workers that there should be */
  decide(seen: Seen): number;
}
