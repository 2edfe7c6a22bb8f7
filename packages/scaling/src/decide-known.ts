import type { Decided } from './decision.js';
import { poolNeed } from './need/pool-need.js';
import { noteAges } from './need/stuck.js';
import type { PoolPolicy } from './pool-policy.js';
import type { KnownPool } from './pool-signal.js';
import { noteReplicas, noteWish, type PoolState } from './pool-state.js';
import { roundUp } from './round-up.js';
import { pass, type Situation, type Stage } from './situation.js';
import { bounds } from './stages/bounds.js';
import { busy } from './stages/busy.js';
import { downLimit, upLimit } from './stages/limits.js';
import { pin } from './stages/pin.js';
import { settled } from './stages/settled.js';
import { stabilization } from './stages/stabilization.js';
import { tolerance } from './stages/tolerance.js';
import { zero } from './stages/zero.js';

/** From what the load needs to what is wished for. */
const WISH: readonly Stage[] = [tolerance, bounds];
/** From the wish to what is done about it now. */
const CHANGE: readonly Stage[] = [stabilization, zero, upLimit, downLimit, busy, bounds, pin, settled];

/** need -> wish -> change: each stage adds its step. */
export function decideKnown(signal: KnownPool, before: PoolState, policy: PoolPolicy, now: number): Decided {
  const need = poolNeed(signal, before.ages, policy);
  const ages = noteAges(signal, before.ages, policy, now);
  const read = { ...noteReplicas(before, signal.replicas, policy, now), ages };
  const situation: Situation = { signal, need, policy, state: read, now };
  const wish = pass({ workers: roundUp(need.workers), steps: need.steps }, WISH, situation);
  const state = noteWish(read, wish.workers, policy, now);
  const { workers, steps } = pass(wish, CHANGE, { ...situation, state });
  const decision = {
    pool: policy.pool,
    at: now,
    mode: policy.mode,
    current: signal.replicas,
    raw: roundUp(need.raw),
    desired: workers,
    steps,
    reason: steps.at(-1)?.because ?? '',
    signal,
  };
  return { decision, state };
}
