import type { Step } from './decision.js';
import type { PoolNeed } from './need/pool-need.js';
import type { PoolPolicy } from './pool-policy.js';
import type { KnownPool } from './pool-signal.js';
import type { PoolState } from './pool-state.js';

/** What the stages of a decision look at. */
export interface Situation {
  readonly signal: KnownPool;
  readonly need: PoolNeed;
  readonly policy: PoolPolicy;
  /** With this reading in it. */
  readonly state: PoolState;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Changes the number of workers, or lets it be: undefined for that. */
export type Stage = (workers: number, situation: Situation) => Step | undefined;

/** A number of workers on its way to a decision. */
export interface Draft {
  readonly workers: number;
  readonly steps: readonly Step[];
}

export function pass(draft: Draft, stages: readonly Stage[], situation: Situation): Draft {
  return stages.reduce<Draft>(({ workers, steps }, stage) => {
    const step = stage(workers, situation);
    return step ? { workers: step.value, steps: [...steps, step] } : { workers, steps };
  }, draft);
}
