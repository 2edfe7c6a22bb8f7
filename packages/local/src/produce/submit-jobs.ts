import { setTimeout as delay } from 'node:timers/promises';
import type { SchedulerClient } from '@dts/client';
import { concurrently } from './concurrently.js';
import type { Deliveries } from './deliveries.js';

/** Milliseconds without an arrival after which the jobs that are missing are asked for. */
const QUIET_MS = 3_000;
const POLL_MS = 20;

export interface Run {
  readonly client: SchedulerClient;
  readonly deliveries: Deliveries;
  /** Where the jobs are to arrive; a job's number is appended. */
  readonly receiverUrl: string;
  /** Makes the idempotency keys of this run its own. */
  readonly runId: string;
  readonly concurrency: number;
  readonly signal: AbortSignal;
}

/** Submits every job. @throws SchedulerError when the gateway refuses one: it would refuse all of them. */
export function submitJobs({ client, deliveries, receiverUrl, runId, concurrency, signal }: Run): Promise<void> {
  return concurrently(numbers(deliveries.count), concurrency, signal, async (number, ended) => {
    let retried = false;
    const onRetry = () => {
      if (!retried) deliveries.retried++;
      retried = true;
    };
    deliveries.start(number);
    const payload = { method: 'POST', url: `${receiverUrl}/${number}`, json: { number } } as const;
    const options = { idempotencyKey: `produce-${runId}-${number}`, signal: ended, onRetry };
    const job = await client.submit('http.request', payload, options);
    deliveries.acknowledge(number, job.id);
  });
}

/** Resolves once all have arrived, or none for a while. @throws AbortError */
export async function untilQuiet(deliveries: Deliveries, signal: AbortSignal): Promise<void> {
  let arrived = deliveries.arrived;
  let quietSince = performance.now();
  while (deliveries.arrived < deliveries.count && performance.now() - quietSince < QUIET_MS) {
    await delay(POLL_MS, undefined, { signal });
    if (deliveries.arrived !== arrived) quietSince = performance.now();
    arrived = deliveries.arrived;
  }
}

/** Reads how each job ended, waiting for those that run still. */
export function followJobs({ client, deliveries, concurrency, signal }: Run): Promise<void> {
  return concurrently(numbers(deliveries.count), concurrency, signal, async (number, ended) => {
    const id = deliveries.idOf(number);
    if (id === undefined) return;
    const job = await client.waitFor(id, { timeoutMs: Number.POSITIVE_INFINITY, signal: ended });
    if (job.state !== 'completed') return deliveries.fail({ id, reason: `${job.state}: ${job.error?.message ?? 'no reason given'}` });
    if (!deliveries.hasArrived(number)) return deliveries.fail({ id, reason: 'completed, but never arrived here' });
    deliveries.complete(number, Date.parse(job.finishedAt ?? ''));
  });
}

function* numbers(count: number): Generator<number> {
  for (let number = 0; number < count; number++) yield number;
}
