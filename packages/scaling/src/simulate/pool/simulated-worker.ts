import type { Manners } from './pool-model.js';

export interface SimulatedWorker {
  readonly id: string;
  readonly startedAt: number;
  readonly readyAt: number;
  isReady: boolean;
  /** Takes no more jobs, and goes with its last one. */
  isDraining: boolean;
  busy: number;
}

type Order = (one: SimulatedWorker, other: SimulatedWorker) => number;

/** Whoever is not ready yet runs nothing, and goes before all others. */
const ORDERS: Readonly<Record<Manners['leaves'], Order>> = {
  'least busy': (one, other) => Number(one.isReady) - Number(other.isReady) || one.busy - other.busy || other.startedAt - one.startedAt,
  youngest: (one, other) => Number(one.isReady) - Number(other.isReady) || other.startedAt - one.startedAt,
};

export function whoLeaves(workers: readonly SimulatedWorker[], count: number, order: Manners['leaves']): SimulatedWorker[] {
  return count > 0 ? workers.toSorted(ORDERS[order]).slice(0, count) : [];
}
