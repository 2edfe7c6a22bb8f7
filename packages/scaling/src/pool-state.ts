import type { PoolPolicy } from './pool-policy.js';
import { roundUp } from './round-up.js';
import { extremeOf, note, type Sample } from './sliding-extreme.js';

/** What decisions remember of those before. Plain JSON, so that a successor can go on from it. */
export interface PoolState {
  /** What the target was last seen set to; null before the first time. */
  readonly replicas: number | null;
  /** The most that was asked for lately: within `holdOf`. */
  readonly wishes: readonly Sample[];
  /** The most that the stream of jobs needed within the stabilization window, in tenths of a worker. */
  readonly streams: readonly Sample[];
  /** The least that it needed within the last minute. */
  readonly troughs: readonly Sample[];
  /** The most that it rose within a minute, as of the stabilization window. */
  readonly rises: readonly Sample[];
  /** The most that the target was set to within the period of scaling down. */
  readonly highs: readonly Sample[];
  /** The fewest that it was set to within the period of scaling up. */
  readonly lows: readonly Sample[];
  /** By queue, the age of the oldest waiting job when it was last noted. */
  readonly ages: Readonly<Record<string, Sample>>;
}

/** Milliseconds in which a rise of the need is one that nobody can follow: some readings, and the start of workers. */
const RISE_MS = 60_000;

/** Of a pool that nothing has been decided for. */
export function initialState(): PoolState {
  return { replicas: null, wishes: [], streams: [], troughs: [], rises: [], highs: [], lows: [], ages: {} };
}

/**
 * With what the target is set to now. The first time, it counts as wished for: nobody goes before there was the time to
 * see why they are there, after a restart or a change of leaders.
 */
export function noteReplicas(state: PoolState, replicas: number, policy: PoolPolicy, now: number): PoolState {
  const sample = { at: now, value: replicas };
  return {
    ...(state.replicas === null ? noteStay(state, replicas, policy, now) : state),
    replicas,
    highs: note('highest', state.highs, sample, policy.scaleDown.period),
    lows: note('lowest', state.lows, sample, policy.scaleUp.period),
  };
}

/** Workers that are there for reasons unknown count as wished for, as needed by the stream, and as needed again. */
export function noteStay(state: PoolState, workers: number, policy: PoolPolicy, now: number): PoolState {
  const sample = { at: now, value: workers };
  const highest = (samples: readonly Sample[]) => note('highest', samples, sample, policy.scaleDown.stabilization);
  const troughs = note('lowest', state.troughs, sample, RISE_MS);
  return { ...noteWish(state, workers, policy, now), streams: highest(state.streams), troughs, rises: highest(state.rises) };
}

/** @param workers that the stream of jobs needs, whatever waits */
export function noteStream(state: PoolState, workers: number, { scaleDown: { stabilization }, max }: PoolPolicy, now: number): PoolState {
  const value = roundUp(Math.min(workers, max) * 10) / 10; // tenths: few enough different ones to remember
  const troughs = note('lowest', state.troughs, { at: now, value }, RISE_MS);
  const rise = value - extremeOf(troughs, value);
  return {
    ...state,
    troughs,
    streams: note('highest', state.streams, { at: now, value }, stabilization),
    rises: note('highest', state.rises, { at: now, value: rise }, stabilization),
  };
}

/** Milliseconds for which nobody goes who was asked for: a backlog comes and goes by chance from one reading to the next. */
const HOLD_MS = 30_000;

/** Shorter where the policy wants nobody to be kept. */
export function holdOf({ stabilization }: PoolPolicy['scaleDown']): number {
  return Math.min(HOLD_MS, stabilization);
}

export function noteWish(state: PoolState, workers: number, { scaleDown }: PoolPolicy, now: number): PoolState {
  return { ...state, wishes: note('highest', state.wishes, { at: now, value: workers }, holdOf(scaleDown)) };
}
