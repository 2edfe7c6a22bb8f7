/** What the scaler tells of its pools; times in RFC 3339. */

/** A stage of a decision that set the number of workers, changed it, or refused to. */
export interface ScalerStep {
  /** Such as `demand`, `backlog`, `up-limit` or `stabilization`. */
  readonly name: string;
  /** Workers, as they stood after this stage. */
  readonly value: number;
  readonly because: string;
}

/** What a decision knew of the load: `state` says whether that was anything. */
export interface ScalerSignal {
  readonly state: 'known' | 'unknown';
  readonly at: string;
  /** Why it is not known. */
  readonly reason?: string;
  /** Each queue with what is known of its load. */
  readonly queues?: readonly (Readonly<Record<string, unknown>> & { readonly queue: string })[];
}

export type ScalerMode = 'off' | 'observe' | 'enforce';

export interface ScalerDecision {
  /** None for the latest one of a pool. */
  readonly id?: string;
  readonly pool: string;
  readonly at: string;
  readonly mode: ScalerMode;
  /** What the target was set to; null when that was not known. */
  readonly current: number | null;
  /** Workers that the load asked for, before every limit; null when the load was not known. */
  readonly raw: number | null;
  /** Workers that the pool should have; null only where `current` is. */
  readonly desired: number | null;
  readonly steps: readonly ScalerStep[];
  /** The sentence of the stage that decided. */
  readonly reason: string;
  readonly signal: ScalerSignal;
}

/** An operator's number, which goes before the load's. */
export interface PoolPin {
  readonly replicas: number;
  readonly until: string;
  /** Id of the API key that was used. */
  readonly by: string;
}

/** A queue of a pool. What is not known is left out. */
export interface PoolQueue {
  readonly queue: string;
  readonly signal: 'known' | 'unknown';
  /** Why it is not known. */
  readonly reason?: string;
  readonly waiting?: number;
  readonly active?: number;
  readonly delayedDue?: number;
  readonly oldestWaitingMs?: number | null;
  readonly paused?: boolean;
  /** A second. */
  readonly rates?: { readonly arrivals: number; readonly completions: number } | null;
}

export interface ScalerPool {
  readonly pool: string;
  readonly mode: ScalerMode;
  readonly target: { readonly kind: string; readonly namespace?: string; readonly deployment?: string };
  readonly min: number;
  readonly max: number;
  readonly queues: readonly PoolQueue[];
  /** What the target is set to; null when that is not known. */
  readonly current: number | null;
  readonly desired: number | null;
  /** Alive and not draining; null when that is not known. */
  readonly workers: number | null;
  /** Ids of workers that finish what they run, and then go. */
  readonly draining: readonly string[];
  readonly pin: PoolPin | null;
  /** Why the decision could not be carried out. */
  readonly problem?: string | null;
  /** Null before the first one. */
  readonly decision: ScalerDecision | null;
}

export interface ScalerStatus {
  readonly items: readonly ScalerPool[];
  /** The scaler that acts; null while none does. */
  readonly leader: string | null;
  readonly policy: { readonly source: string; readonly loadedAt: string; readonly problem: string | null };
}
