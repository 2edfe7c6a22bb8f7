import type { Decided, Step } from './decision.js';
import type { PoolPolicy } from './pool-policy.js';
import type { UnknownPool } from './pool-signal.js';
import { noteReplicas, noteWish, type PoolState } from './pool-state.js';
import { atLeast } from './stages/bounds.js';
import { pinnedTo } from './stages/pin.js';
import { count } from './words.js';

/**
 * While the load is unknown nobody goes. After some failures in a row there is at least the fallback, so that jobs are done
 * even where nobody was at work; the policy's fewest and an operator's number may add workers, too. Where the target cannot
 * be read, either, nothing is changed.
 */
export function decideUnknown(signal: UnknownPool, before: PoolState, policy: PoolPolicy, now: number): Decided {
  const current = signal.replicas ?? before.replicas;
  const steps = current === null ? [] : stepsFrom(current, signal, policy, now);
  const decision = {
    pool: policy.pool,
    at: now,
    mode: policy.mode,
    current,
    raw: null,
    desired: steps.at(-1)?.value ?? null,
    steps,
    reason: steps.at(-1)?.because ?? `The load is unknown (${signal.reason}), and so is the number of workers: nothing is changed.`,
    signal,
  };
  const state = signal.replicas === null ? before : noteReplicas(before, signal.replicas, policy, now);
  // What is kept counts as wished for: after the gap, the load is watched for a while before anybody goes.
  return { decision, state: current === null ? state : noteWish(state, current, policy, now) };
}

/** The first keeps what there is; each further one has more workers than the one before it. */
function stepsFrom(current: number, signal: UnknownPool, policy: PoolPolicy, now: number): Step[] {
  const because = `The load is unknown (${signal.reason}): ${count(current, 'worker')} as before.`;
  const steps: Step[] = [{ name: 'hold', value: current, because }];
  if (signal.replicas === null) return steps;
  for (const step of raises(signal, policy, now)) {
    if (step.value > (steps.at(-1)?.value ?? 0)) steps.push(step);
  }
  return steps;
}

function raises({ failures, reason }: UnknownPool, policy: PoolPolicy, now: number): Step[] {
  const { fallback, fallbackAfter, min, max } = policy;
  const steps = [atLeast(min)];
  if (failures >= fallbackAfter) {
    const because = `The load is unknown (${reason}) after ${count(failures, 'failed reading')}: at least ${count(fallback, 'worker')}.`;
    steps.push({ name: 'fallback', value: Math.min(fallback, max), because });
  }
  const pinned = pinnedTo(policy, now);
  return pinned ? [...steps, pinned] : steps;
}
