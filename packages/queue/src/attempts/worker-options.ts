import type { WorkerOptions } from 'bullmq';
import type { RedisClient } from '../connection.js';
import { KEPT } from '../retention/kept.js';
import { AttemptFailed } from './attempt-error.js';

/** One check for all workers of a queue; with 10,000 jobs active it takes Redis about 20 ms. */
const STALLED_CHECK_MS = 1_000;

/** A lock is renewed when a third of its time is gone, so that Redis may be away for nearly two thirds of it. */
const RENEWALS_A_LOCK = 3;

/** A stall is no fault of the job. BullMQ's default would bury a job at its worker's second crash, with attempts unused. */
const STALLS_ALLOWED = 1_000;

/** Minutes of throughput that BullMQ keeps; its running total is what rates are read from. */
const THROUGHPUT_POINTS = 60;

/** Milliseconds after which a rate limit is looked at again: it may have been raised meanwhile. */
const RATE_LIMIT_LOOK_MS = 1_000;

export function workerOptions(connection: RedisClient, prefix: string, worker: string, lockMs: number): WorkerOptions {
  return {
    connection,
    prefix,
    name: worker,
    autorun: false,
    lockDuration: lockMs,
    lockRenewTime: lockMs / RENEWALS_A_LOCK,
    stalledInterval: STALLED_CHECK_MS,
    maxStalledCount: STALLS_ALLOWED,
    maximumRateLimitDelay: RATE_LIMIT_LOOK_MS,
    removeOnComplete: { age: KEPT.ageMs / 1_000, count: KEPT.count },
    metrics: { maxDataPoints: THROUGHPUT_POINTS },
    settings: { backoffStrategy: (_attempt, _type, error) => (error instanceof AttemptFailed ? (error.attempt.retryInMs ?? 0) : 0) },
  };
}
