import type { QueueSnapshot } from '@dts/queue';

/** How fast jobs come and go, per second. */
export interface Rates {
  /** Jobs that came, whenever they are to start. */
  readonly arrivals: number;
  /** Jobs that came to be ready to start: what workers are needed for. */
  readonly ready: number;
  readonly completions: number;
}

/** Milliseconds after which an observation counts half: long enough to smooth readings, short enough to follow a burst. */
const HALF_LIFE_MS = 30_000;

/**
 * Jobs that came are those now in the queue that were not there before, and those that have left it in between.
 * A counter that went back (a Redis that was emptied) says nothing.
 */
export function ratesBetween(before: QueueSnapshot, after: QueueSnapshot): Rates | undefined {
  const seconds = (after.at - before.at) / 1000;
  const finished = after.finishedTotal - before.finishedTotal;
  if (seconds <= 0 || finished < 0) return undefined;
  const came = (count: (snapshot: QueueSnapshot) => number) => Math.max(0, finished + count(after) - count(before)) / seconds;
  return { arrivals: came(backlogOf), ready: came(readyOf), completions: finished / seconds };
}

/** Exponentially weighted moving average over uneven intervals. */
export function smooth(previous: Rates | undefined, observed: Rates, elapsedMs: number): Rates {
  if (!previous) return observed;
  return {
    arrivals: blend(previous.arrivals, observed.arrivals, elapsedMs),
    ready: blend(previous.ready, observed.ready, elapsedMs),
    completions: blend(previous.completions, observed.completions, elapsedMs),
  };
}

/** One step of it. */
export function blend(old: number, now: number, elapsedMs: number): number {
  return old + (1 - 2 ** (-elapsedMs / HALF_LIFE_MS)) * (now - old);
}

function backlogOf({ waiting, parked, active, delayed, waitingChildren }: QueueSnapshot): number {
  return waiting + parked + active + delayed + waitingChildren;
}

function readyOf({ waiting, active }: QueueSnapshot): number {
  return waiting + active;
}
