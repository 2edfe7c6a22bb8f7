import type { JobName } from '@dts/jobs';
import { sleep } from './backoff.js';
import { isFinished, type Job, jobPath } from './job.js';
import { SchedulerError } from './scheduler-error.js';
import type { CallOptions, Transport } from './transport.js';

/** Seconds that one request waits for the end of a job. */
const LONG_POLL_S = 30;
/** Between two questions to a gateway that does not wait, such as one that is being stopped. */
const POLL_PAUSE_MS = 250;

export interface WaitOptions extends CallOptions {
  /** Milliseconds until it must have finished; five minutes unless given. */
  readonly timeoutMs?: number;
}

/** @throws SchedulerError `wait-timeout`, or as any call */
export async function waitForJob<Name extends JobName>(transport: Transport, id: string, options: WaitOptions): Promise<Job<Name>> {
  const { timeoutMs = 300_000, ...call } = options;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const remainingMs = Math.max(0, deadline - performance.now());
    const seconds = Math.min(LONG_POLL_S, Math.ceil(remainingMs / 1_000));
    const askedAt = performance.now();
    const path = `${jobPath(id)}?wait=${seconds}`;
    const answer = await transport.call({ method: 'GET', path, waitMs: seconds * 1_000, ...call });
    const job = answer.body as Job<Name>;
    if (isFinished(job)) return job;
    if (performance.now() >= deadline) throw waitTimeout(job, timeoutMs);
    if (performance.now() - askedAt < POLL_PAUSE_MS) await sleep(POLL_PAUSE_MS, call.signal);
  }
}

function waitTimeout(job: Pick<Job, 'id' | 'state'>, timeoutMs: number): SchedulerError {
  const detail = `job ${job.id} is ${job.state} after ${timeoutMs} ms`;
  return new SchedulerError({ status: 0, code: 'wait-timeout', detail, jobId: job.id });
}
