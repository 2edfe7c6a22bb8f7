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

/** Milliseconds that are thought to have been watched at least: in a shorter time one burst looks like a mighty stream. */
const SHORTEST_WATCH_MS = 5_000;

/**
 * Exponentially weighted moving average over uneven intervals, of the time that was watched and no other: it neither starts
 * at nothing nor is the first interval, which may be of milliseconds, what it remembers for a minute.
 * @param watchedMs milliseconds that `previous` is made of
 */
export function smooth(previous: Rates | undefined, observed: Rates, elapsedMs: number, watchedMs: number): Rates {
  const kept = 2 ** (-elapsedMs / HALF_LIFE_MS);
  const [before, after] = [weightOf(watchedMs), weightOf(watchedMs + elapsedMs)];
  const next = (rate: keyof Rates) => ((previous?.[rate] ?? 0) * before * kept + observed[rate] * (1 - kept)) / after;
  return { arrivals: next('arrivals'), ready: next('ready'), completions: next('completions') };
}

/** Of all intervals together: 1 for those since ever. */
function weightOf(watchedMs: number): number {
  return 1 - 2 ** (-Math.max(SHORTEST_WATCH_MS, watchedMs) / HALF_LIFE_MS);
}

/** One step of such an average since ever. */
export function blend(old: number, now: number, elapsedMs: number): number {
  return old + (1 - 2 ** (-elapsedMs / HALF_LIFE_MS)) * (now - old);
}

function backlogOf({ waiting, parked, active, delayed, waitingChildren }: QueueSnapshot): number {
  return waiting + parked + active + delayed + waitingChildren;
}

function readyOf({ waiting, active }: QueueSnapshot): number {
  return waiting + active;
}
