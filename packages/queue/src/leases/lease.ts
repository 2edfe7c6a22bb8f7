import type { JobError } from '../attempt.js';
import type { WorkerJob } from '../attempts/worker-job.js';

/** A worker in any language, as it tells of itself with each call. */
export interface LeaseWorker {
  /** Of this process and no other. */
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  /** Leases that it can hold at once. */
  readonly slots: number;
  /** Leases that it holds. */
  readonly busy: number;
  readonly memoryBytes: number;
  /** Unix milliseconds. */
  readonly startedAt: number;
}

/** A job that a worker holds until `expiresAt`, and longer with each heartbeat. */
export interface Lease {
  readonly token: string;
  /** The token of the job's lock. */
  readonly secret: string;
  readonly job: WorkerJob;
  /** Parsed. */
  readonly payload: unknown;
  /** Bytes of the job's data as JSON, which its payload is nearly all of where that is large. */
  readonly size: number;
  readonly timeoutMs: number;
  /** Unix milliseconds; when the attempt's time is up. */
  readonly deadline: number;
  /** Unix milliseconds. */
  readonly expiresAt: number;
  /** It may be what crashed its workers: it is to run alone. */
  readonly quarantine: boolean;
}

/** Of a lease that was extended, or that is not its holder's any more (`lost`). */
export type Beat =
  | { readonly directive: 'continue'; readonly expiresAt: number }
  | { readonly directive: 'cancel'; readonly reason: StopReason; readonly expiresAt: number }
  | { readonly directive: 'lost' };

export type StopReason = 'cancelled' | 'timeout';

/** What became of the job of a lease that was given up. */
export type Settled =
  | { readonly outcome: 'completed' | 'released' }
  | { readonly outcome: 'retrying'; readonly error: JobError; readonly retryInMs: number }
  | { readonly outcome: 'dead' | 'cancelled'; readonly error: JobError };

/** What a worker says of an attempt that failed. */
export interface LeaseFailure {
  readonly error: { readonly code?: string; readonly message: string };
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
}
