import { decideKnown } from './decide-known.js';
import { decideUnknown } from './decide-unknown.js';
import type { Decided } from './decision.js';
import type { PoolPolicy } from './pool-policy.js';
import type { PoolSignal } from './pool-signal.js';
import type { PoolState } from './pool-state.js';
import { isCount, nonsenseIn } from './sound.js';

/**
 * How many workers a pool should have. Pure: the same arguments give the same answer, and none of them is changed.
 * @param now milliseconds since the epoch
 */
export function decide(signal: PoolSignal, state: PoolState, policy: PoolPolicy, now: number): Decided {
  if (signal.state === 'unknown') return decideUnknown(signal, state, policy, now);
  const nonsense = nonsenseIn(signal);
  if (nonsense === undefined) return decideKnown(signal, state, policy, now);
  const { pool, at } = signal;
  const replicas = isCount(signal.replicas) ? signal.replicas : null;
  // Not a reading that failed and may succeed the next time: the fallback does not wait for more of them.
  const unknown = { state: 'unknown', pool, at, reason: nonsense, failures: policy.fallbackAfter, replicas } as const;
  return decideUnknown(unknown, state, policy, now);
}
