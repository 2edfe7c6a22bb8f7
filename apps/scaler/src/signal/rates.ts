import type { QueueSnapshot } from '@dts/queue';

/** How fast jobs come and go, per second. */
export interface Rates {
  readonly arrivals: number;
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
  const arrived = finished + backlogOf(after) - backlogOf(before);
  return { arrivals: Math.max(0, arrived) / seconds, completions: finished / seconds };
}

/** Exponentially weighted moving average over uneven intervals. */
export function smooth(previous: Rates | undefined, observed: Rates, elapsedMs: number): Rates {
  if (!previous) return observed;
  const weight = 1 - 2 ** (-elapsedMs / HALF_LIFE_MS);
  const blend = (old: number, now: number) => old + weight * (now - old);
  return { arrivals: blend(previous.arrivals, observed.arrivals), completions: blend(previous.completions, observed.completions) };
}

function backlogOf({ waiting, parked, active, delayed, waitingChildren }: QueueSnapshot): number {
  return waiting + parked + active + delayed + waitingChildren;
}
