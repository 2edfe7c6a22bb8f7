/** `off` decides nothing, `observe` decides and leaves the target alone, `enforce` does what it decides. */
export type Mode = 'off' | 'observe' | 'enforce';

/** How one pool is scaled. Times are in milliseconds. */
export interface PoolPolicy {
  readonly pool: string;
  readonly mode: Mode;
  readonly queues: readonly string[];
  readonly target: Target;
  /** The fewest and the most workers, whatever the load. */
  readonly min: number;
  readonly max: number;
  /** The longest that a job should wait until a worker picks it up. */
  readonly pickUpTarget: number;
  /** How soon a backlog should be worked off. */
  readonly drainTarget: number;
  /** Share of the slots that a steady stream of jobs should fill: above 0, at most 1. */
  readonly utilization: number;
  /** Jobs that each slot is thought to master within the drain target, as long as nobody knows how long one runs. */
  readonly jobsPerSlot: number;
  /** From the start of a worker until it fetches. */
  readonly coldStart: number;
  /** How long a pool must have been idle before its last worker goes. */
  readonly cooldown: number;
  /** Workers there should at least be after `fallbackAfter` readings have failed in a row. */
  readonly fallback: number;
  readonly fallbackAfter: number;
  readonly scaleUp: ScaleLimit;
  readonly scaleDown: ScaleLimit & {
    /** Workers go when the highest wish of this long is below their number. */
    readonly stabilization: number;
  };
  /** Share of the current number by which the need may differ before anything is changed. */
  readonly tolerance: number;
  /** A drain that takes longer is undone: a running job is never interrupted. */
  readonly drainDeadline: number;
  /** An operator's number, which goes before the load's. No part of the policy file. */
  readonly pin: Pin | null;
}

/** In any `period` the number changes by at most `percent` of what it was, or by `workers` if that is more. */
export interface ScaleLimit {
  readonly percent: number;
  readonly workers: number;
  readonly period: number;
}

export type Target =
  | { readonly kind: 'local-process' }
  | { readonly kind: 'dry-run' }
  | { readonly kind: 'kubernetes'; readonly namespace: string; readonly deployment: string };

export interface Pin {
  readonly replicas: number;
  /** Holds until then, in milliseconds since the epoch. */
  readonly until: number;
}
