import type { ServiceTime } from '../workload/jobs.js';

/** What the simulated workers are like. */
export interface PoolModel {
  /** Jobs that a worker runs at once. */
  readonly slots: number;
  readonly service: ServiceTime;
  /** Milliseconds from the order of a worker until it takes jobs. */
  readonly coldStart: number;
  /** Milliseconds by which everybody sees the load late: whole seconds. */
  readonly metricLag: number;
}

/** How a scaler treats workers that are too many. */
export interface Manners {
  /** Who goes first. */
  readonly leaves: 'least busy' | 'youngest';
  /** Whether a worker that drains can be told to stay. */
  readonly revives: boolean;
  /** Whether it looks at once, and not only by its clock, when jobs come and more wait than all workers can run at once. */
  readonly hurries: boolean;
}
