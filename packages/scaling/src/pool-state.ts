import type { PoolPolicy } from './pool-policy.js';
import { note, type Sample } from './sliding-extreme.js';

/** What decisions remember of those before. Plain JSON, so that a successor can go on from it. */
export interface PoolState {
  /** What the target was last seen set to; null before the first time. */
  readonly replicas: number | null;
  /** The most that was asked for within the stabilization window. */
  readonly wishes: readonly Sample[];
  /** The most that the target was set to within the period of scaling down. */
  readonly highs: readonly Sample[];
  /** The fewest that it was set to within the period of scaling up. */
  readonly lows: readonly Sample[];
  /** By queue, the age of the oldest waiting job when it was last noted. */
  readonly ages: Readonly<Record<string, Sample>>;
}

/** Of a pool that nothing has been decided for. */
export function initialState(): PoolState {
  return { replicas: null, wishes: [], highs: [], lows: [], ages: {} };
}

/**
 * With what the target is set to now. The first time, it counts as wished for: nobody goes before there was the time to
 * see why they are there, after a restart or a change of leaders.
 */
export function noteReplicas(state: PoolState, replicas: number, policy: PoolPolicy, now: number): PoolState {
  const sample = { at: now, value: replicas };
  return {
    ...(state.replicas === null ? noteWish(state, replicas, policy, now) : state),
    replicas,
    highs: note('highest', state.highs, sample, policy.scaleDown.period),
    lows: note('lowest', state.lows, sample, policy.scaleUp.period),
  };
}

export function noteWish(state: PoolState, workers: number, { scaleDown }: PoolPolicy, now: number): PoolState {
  return { ...state, wishes: note('highest', state.wishes, { at: now, value: workers }, scaleDown.stabilization) };
}
