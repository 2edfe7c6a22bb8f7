/**
 * What is known of a pool's load at one moment. A pool is the workers of one target; it may serve several queues, and each
 * of its workers has slots of its own for each queue. Not knowing is a state of its own: a missing reading is never zero load.
 */
export type PoolSignal = KnownPool | UnknownPool;

export interface KnownPool {
  readonly state: 'known';
  readonly pool: string;
  /** When it was read, in milliseconds since the epoch. */
  readonly at: number;
  /** One for each queue that the pool serves. */
  readonly queues: readonly QueueLoad[];
  /** Those in the registry that serve the pool's queues, but for those that this scaler drains. */
  readonly workers: readonly PoolWorker[];
  /** What the target is set to now, less those that this scaler drains: they are as good as gone, until that is undone. */
  readonly replicas: number;
  /** False during a rollout or a failover, in which no worker may be taken away. */
  readonly settled: boolean;
  /** Milliseconds until the next run of a schedule of these queues; null for none. */
  readonly nextScheduleMs: number | null;
}

export interface UnknownPool {
  readonly state: 'unknown';
  readonly pool: string;
  readonly at: number;
  /** Why, for people: fits into "The load is unknown (…)". */
  readonly reason: string;
  /** Readings that have failed in a row. */
  readonly failures: number;
  /** As for a known load; null when that is unknown, too. */
  readonly replicas: number | null;
}

export interface QueueLoad {
  readonly queue: string;
  /** Jobs that could start now, whatever their priority: not those that a limit of their tenant or key parks. 0 while paused. */
  readonly waiting: number;
  /** Delayed jobs that are due before a worker that is started now could fetch them. 0 while paused. */
  readonly due: number;
  readonly active: number;
  /** Milliseconds for which the oldest waiting job has waited; null when none does. */
  readonly oldestMs: number | null;
  /** Jobs a second, smoothed; null when not known yet. */
  readonly arrivals: number | null;
  /** How long a job runs; null when not known yet. */
  readonly serviceSeconds: number | null;
  /** Jobs of this queue that one worker runs at once: 1 or more. */
  readonly slotsPerWorker: number;
  readonly paused: boolean;
  /** Jobs of the queue that may run at once, on all workers together; null for any number. */
  readonly concurrencyLimit: number | null;
  /** Jobs of the queue that may start in a second, on all workers together; null for any number. */
  readonly ratePerSecond: number | null;
  /** Of the attempts that ended in the last minute, the share that failed: 0 to 1; null when none ended. */
  readonly failureShare: number | null;
  /** Milliseconds since a job was last seen to wait, be due, run or finish: 0 while one does. Counts from the first reading. */
  readonly idleMs: number;
}

export interface PoolWorker {
  readonly id: string;
  /** Jobs that it runs. */
  readonly busy: number;
  /** Jobs that it can run at once. */
  readonly slots: number;
  /** Takes no more jobs. */
  readonly draining: boolean;
  readonly startedAt: number;
}
