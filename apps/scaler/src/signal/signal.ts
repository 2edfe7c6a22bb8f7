import type { QueueName } from '@dts/jobs';
import type { QueueLimits, QueueSnapshot, RecentRuns } from '@dts/queue';
import { blend, type Rates, ratesBetween, smooth } from './rates.js';

/** What is known of a queue's load. Not knowing is a state of its own: a missing signal is never zero load. */
export type Signal = KnownSignal | UnknownSignal;

/** All that one reading of a queue gives. */
export interface Reading {
  readonly snapshot: QueueSnapshot;
  readonly limits: QueueLimits;
  readonly runs: RecentRuns;
}

export interface KnownSignal extends Reading {
  readonly state: 'known';
  readonly queue: QueueName;
  /** Undefined until two readings in a row have succeeded. */
  readonly rates: Rates | undefined;
  /** Milliseconds that they are of. */
  readonly watchedMs: number;
  /** How long a job runs, smoothed; undefined until one has ended. */
  readonly serviceMs: number | undefined;
  /** When a job was last seen to wait, be due, run or finish; that of the first reading unless one was. */
  readonly busyAt: number;
}

export interface UnknownSignal {
  readonly state: 'unknown';
  readonly queue: QueueName;
  readonly reason: string;
  /** Readings that have failed in a row. */
  readonly failures: number;
}

/** A job takes some time at least: what ran for less than can be measured has not run in none. */
const SHORTEST_RUN_MS = 1;

/** The signal after a successful reading. Rates are not carried over a gap: what happened in it is not known. */
export function observed(previous: Signal | undefined, reading: Reading): KnownSignal {
  const { snapshot, runs } = reading;
  const known = previous?.state === 'known' ? previous : undefined;
  const latest = known && ratesBetween(known.snapshot, snapshot);
  const elapsed = known ? snapshot.at - known.snapshot.at : 0;
  return {
    ...reading,
    state: 'known',
    queue: snapshot.queue,
    rates: known && latest && smooth(known.rates, latest, elapsed, known.watchedMs),
    watchedMs: known && latest ? known.watchedMs + elapsed : 0,
    serviceMs: serviceOf(known, runs, elapsed),
    busyAt: isBusy(snapshot, known) ? snapshot.at : (known?.busyAt ?? snapshot.at),
  };
}

/** The signal after a reading that failed. */
export function missed(previous: Signal | undefined, queue: QueueName, reason: string): UnknownSignal {
  return { state: 'unknown', queue, reason, failures: previous?.state === 'unknown' ? previous.failures + 1 : 1 };
}

function serviceOf(known: KnownSignal | undefined, { meanRunMs }: RecentRuns, elapsedMs: number): number | undefined {
  if (meanRunMs === null) return known?.serviceMs;
  const now = Math.max(SHORTEST_RUN_MS, meanRunMs);
  return known?.serviceMs === undefined ? now : blend(known.serviceMs, now, elapsedMs);
}

function isBusy({ waiting, delayedDue, active, paused, finishedTotal }: QueueSnapshot, before: KnownSignal | undefined): boolean {
  return active + (paused ? 0 : waiting + delayedDue) > 0 || (before !== undefined && before.snapshot.finishedTotal !== finishedTotal);
}
