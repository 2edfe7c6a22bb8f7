import type { QueueName } from '@dts/jobs';
import type { QueueSnapshot } from '@dts/queue';
import { type Rates, ratesBetween, smooth } from './rates.js';

/** What is known of a queue's load. Not knowing is a state of its own: a missing signal is never zero load. */
export type Signal = KnownSignal | UnknownSignal;

export interface KnownSignal {
  readonly state: 'known';
  readonly queue: QueueName;
  readonly snapshot: QueueSnapshot;
  /** Undefined until two readings in a row have succeeded. */
  readonly rates: Rates | undefined;
}

export interface UnknownSignal {
  readonly state: 'unknown';
  readonly queue: QueueName;
  readonly reason: string;
  /** Readings that have failed in a row. */
  readonly failures: number;
}

/** The signal after a successful reading. Rates are not carried over a gap: what happened in it is not known. */
export function observed(previous: Signal | undefined, snapshot: QueueSnapshot): KnownSignal {
  const known = previous?.state === 'known' ? previous : undefined;
  const latest = known && ratesBetween(known.snapshot, snapshot);
  const rates = known && latest ? smooth(known.rates, latest, snapshot.at - known.snapshot.at) : undefined;
  return { state: 'known', queue: snapshot.queue, snapshot, rates };
}

/** The signal after a reading that failed. */
export function missed(previous: Signal | undefined, queue: QueueName, reason: string): UnknownSignal {
  return { state: 'unknown', queue, reason, failures: previous?.state === 'unknown' ? previous.failures + 1 : 1 };
}
