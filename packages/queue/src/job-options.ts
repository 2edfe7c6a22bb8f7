import type { Backoff, JobDefinition } from '@dts/jobs';
import type { BackoffOptions, JobsOptions } from 'bullmq';
import { ARRIVAL_PRIORITY } from './fairness/line.js';
import { encodeShare } from './fairness/share.js';
import { LOG_LINES_KEPT } from './job-logs.js';
import { activeTrace } from './telemetry.js';

/** How one submission differs from its definition. */
export interface SubmitOptions {
  /** Milliseconds from now until the job may start. */
  readonly delay?: number;
  /** Unix milliseconds at which the job may start, in place of `delay`. It stays what it is when a submission is repeated. */
  readonly runAt?: number;
  /** 1 (highest, the default) to 10. */
  readonly priority?: number;
  /** Attempts in all. */
  readonly attempts?: number;
  readonly backoff?: Backoff;
  /** Milliseconds an attempt may take. */
  readonly timeout?: number;
  /** Unix milliseconds after which the job must not start. */
  readonly startBy?: number;
  readonly tags?: readonly string[];
  /** Jobs of one tenant, queue and key run one at a time, in the order of their submission. */
  readonly orderingKey?: string;
}

/** Failed attempts whose records are kept with a job. */
const ATTEMPTS_KEPT = 50;
const LONGEST_BACKOFF_MS = 3_600_000;

/** BullMQ keeps what it does not know, too. */
export type NewJobOptions = JobsOptions & { readonly jobId: string; readonly share: string; readonly orderingKey?: string };

/** BullMQ's priority says that the job arrives; its tenant and its own priority say where its place is. */
export function toBullOptions(definition: JobDefinition, id: string, tenant: string, options: SubmitOptions): NewJobOptions {
  const delay = delayOf(options);
  const metadata = activeTrace();
  return {
    jobId: id,
    attempts: options.attempts ?? definition.attempts,
    backoff: toBullBackoff(options.backoff ?? definition.backoff),
    stackTraceLimit: ATTEMPTS_KEPT,
    keepLogs: LOG_LINES_KEPT,
    priority: ARRIVAL_PRIORITY,
    share: encodeShare({ tenant, priority: options.priority ?? 1 }),
    ...(options.orderingKey !== undefined && { orderingKey: options.orderingKey }),
    ...(delay > 0 && { delay }),
    // Here, and not left to BullMQ: not every way to store a job leads through its own.
    ...(metadata !== undefined && { telemetry: { metadata } }),
  };
}

/** Milliseconds from now until the job may start; 0 for at once. */
export function delayOf({ delay, runAt }: SubmitOptions): number {
  return runAt === undefined ? (delay ?? 0) : Math.max(0, runAt - Date.now());
}

/** Names that BullMQ has no strategy for: it then asks ours (`backoffDelay`), which knows jitter and Retry-After. */
function toBullBackoff(backoff: Backoff): BackoffOptions & { maxDelay: number } {
  const type = backoff.type === 'exponential' ? 'full-jitter' : 'constant';
  return { type, delay: backoff.delay, maxDelay: backoff.maxDelay ?? LONGEST_BACKOFF_MS };
}

/**
 * Milliseconds until the next attempt. Full jitter: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 * @param attempt the one that failed, 1 for the first
 * @param random from [0, 1)
 */
export function backoffDelay(backoff: { type: string; delay?: number; maxDelay?: number }, attempt: number, random: number): number {
  const base = backoff.delay ?? 0;
  if (backoff.type !== 'full-jitter') return base;
  const bound = Math.min(backoff.maxDelay ?? LONGEST_BACKOFF_MS, base * 2 ** (attempt - 1));
  return Math.round(random * bound);
}
