import { QUEUES, type QueueName } from '@dts/jobs';
import type { QueueChoice, WorkerInfo } from '@dts/queue';
import type { KnownPool, PoolSignal, PoolWorker, QueueLoad } from '@dts/scaling';
import type { KnownSignal, Signal } from './signal.js';

/** What a pool's signal is made of. An error is why a part of it is not known. */
export interface PoolParts {
  readonly pool: string;
  readonly at: number;
  readonly signals: readonly Signal[];
  /** Workers of the pool, without those that are wished to drain. */
  readonly workers: readonly WorkerInfo[] | Error;
  /** What the target is set to, without those that are wished to drain. */
  readonly target: { readonly replicas: number; readonly settled: boolean } | Error;
  /** Milliseconds until the next run of a schedule, by queue. */
  readonly nextRuns: ReadonlyMap<QueueName, number>;
  /** Slots of a worker, as far as the environment tells. */
  readonly choices: readonly QueueChoice[];
  /** Readings of this pool that have failed in a row, if this one has, too. */
  readonly failures: number;
}

/** One part that is not known makes the pool unknown. */
export function toPoolSignal(parts: PoolParts): PoolSignal {
  const { pool, at, signals, workers, target, failures } = parts;
  const known = signals.filter((signal): signal is KnownSignal => signal.state === 'known');
  if (known.length < signals.length || workers instanceof Error || target instanceof Error) {
    return { state: 'unknown', pool, at, reason: reasonOf(parts), failures, replicas: target instanceof Error ? null : target.replicas };
  }
  const nextRuns = known.flatMap(({ queue }) => parts.nextRuns.get(queue) ?? []);
  const signal: KnownPool = {
    state: 'known',
    pool,
    at,
    queues: known.map((queue) => toLoad(queue, workers, parts)),
    workers: workers.map((worker) => toPoolWorker(worker, known)),
    ...target,
    nextScheduleMs: nextRuns.length === 0 ? null : Math.min(...nextRuns),
  };
  return signal;
}

/** All that is not known. */
function reasonOf({ signals, workers, target }: PoolParts): string {
  const queues = signals.flatMap((signal) => (signal.state === 'unknown' ? [`queue ${signal.queue}: ${signal.reason}`] : []));
  const others = Object.entries({ workers, target }).flatMap(([what, part]) => (part instanceof Error ? [`${what}: ${part.message}`] : []));
  return [...queues, ...others].join('; ');
}

function toLoad(signal: KnownSignal, workers: readonly WorkerInfo[], { at, choices }: PoolParts): QueueLoad {
  const { queue, snapshot, limits, runs, rates, serviceMs, busyAt } = signal;
  const { paused } = snapshot;
  return {
    queue,
    waiting: paused ? 0 : snapshot.waiting,
    due: paused ? 0 : snapshot.delayedDue,
    active: snapshot.active,
    oldestMs: paused ? null : snapshot.oldestWaitingMs,
    arrivals: rates?.ready ?? null,
    serviceSeconds: serviceMs === undefined ? null : serviceMs / 1_000,
    slotsPerWorker: slotsOf(queue, workers, choices),
    paused,
    concurrencyLimit: limits.concurrency,
    ratePerSecond: limits.rate && (limits.rate.max * 1_000) / limits.rate.per,
    failureShare: runs.failureShare,
    idleMs: Math.max(0, at - busyAt),
  };
}

/** What the workers say; where there is none, what one that is started now will have. */
function slotsOf(queue: QueueName, workers: readonly WorkerInfo[], choices: readonly QueueChoice[]): number {
  const told = workers.flatMap(({ queues }) => queues.filter((served) => served.queue === queue).map(({ slots }) => slots));
  if (told.length > 0) return Math.max(1, Math.round(told.reduce((sum, slots) => sum + slots, 0) / told.length));
  return choices.find((choice) => choice.queue === queue)?.concurrency ?? QUEUES[queue].concurrency;
}

function toPoolWorker({ id, queues, draining, startedAt }: WorkerInfo, known: readonly KnownSignal[]): PoolWorker {
  const served = queues.filter(({ queue }) => known.some((signal) => signal.queue === queue));
  const sum = (of: 'slots' | 'busy') => served.reduce((total, queue) => total + queue[of], 0);
  return { id, busy: sum('busy'), slots: sum('slots'), draining, startedAt };
}
