import { QUEUE_NAMES, type QueueName } from '@dts/jobs';
import type { JobState as BullState } from 'bullmq';
import type { JobState } from '../job-record.js';
import { PARKED_FROM } from '../lanes/parked.js';

/** Where BullMQ keeps jobs of a queue. */
export interface Place {
  /** What a key in a queue ends with. */
  readonly key: string;
  /** A sorted set, a list that jobs leave at its tail, or one that they leave anywhere. */
  readonly kind: 'set' | 'line' | 'bag';
  readonly bullState: BullState;
  /** Of a set that holds two kinds: the scores that belong here, those from `from` on, or those below `below`. */
  readonly scores?: { readonly from: number } | { readonly below: number };
  /** What jobs may be there; a job that is to be cancelled stays where it waits until a worker comes by. */
  readonly states: readonly JobState[];
}

/** In the order in which a job goes through them, so that one which moves on while they are read is not missed. */
const PLACES = {
  delayed: { key: 'delayed', kind: 'set', bullState: 'delayed', scores: { below: PARKED_FROM }, states: ['scheduled', 'cancelled'] },
  parked: { key: 'delayed', kind: 'set', bullState: 'delayed', scores: { from: PARKED_FROM }, states: ['waiting', 'cancelled'] },
  prioritized: { key: 'prioritized', kind: 'set', bullState: 'prioritized', states: ['waiting', 'cancelled'] },
  wait: { key: 'wait', kind: 'line', bullState: 'waiting', states: ['waiting', 'cancelled'] },
  active: { key: 'active', kind: 'bag', bullState: 'active', states: ['active'] },
  children: { key: 'waiting-children', kind: 'set', bullState: 'waiting-children', states: ['waiting-children', 'cancelled'] },
  completed: { key: 'completed', kind: 'set', bullState: 'completed', states: ['completed'] },
  failed: { key: 'failed', kind: 'set', bullState: 'failed', states: ['dead', 'cancelled', 'expired'] },
} as const satisfies Record<string, Place>;

export type PlaceName = keyof typeof PLACES;

export const PLACE_NAMES = Object.keys(PLACES) as [PlaceName, ...PlaceName[]];

/** One place of one queue. */
export interface Section {
  readonly place: PlaceName;
  readonly queue: QueueName;
}

export function placeOf({ place }: Section): Place {
  return PLACES[place];
}

/** Where jobs in any of these states may be: place by place, in each queue by queue. */
export function sectionsOf(states: readonly JobState[], queue?: QueueName): Section[] {
  const places = PLACE_NAMES.filter((name) => PLACES[name].states.some((state) => states.includes(state)));
  const queues = queue === undefined ? QUEUE_NAMES : [queue];
  return places.flatMap((place) => queues.map((name) => ({ place, queue: name })));
}
