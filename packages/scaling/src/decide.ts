import type { Decision } from './decision.js';
import type { PoolPolicy } from './pool-policy.js';
import type { PoolSignal } from './pool-signal.js';
import type { PoolState } from './pool-state.js';

export interface Decided {
  readonly decision: Decision;
  /** For the next decision on this pool. */
  readonly state: PoolState;
}

/**
 * How many workers a pool should have. Pure: the same arguments give the same answer, and nothing is changed.
 * @param now milliseconds since the epoch
 */
export function decide(_signal: PoolSignal, _state: PoolState, _policy: PoolPolicy, _now: number): Decided {
  throw new Error('not there yet');
}
