import { Batch, type BatchJob, type BatchResult, toKeyedJob } from './batch.js';
import type { CallOptions, Transport } from './transport.js';

/** @throws the reason of the caller's signal, TypeError for a job that can't be sent */
export async function submitMany(transport: Transport, jobs: readonly BatchJob[], options: CallOptions): Promise<BatchResult[]> {
  const results: BatchResult[] = [];
  for (const batch of toBatches(jobs)) {
    const sending = transport.repeat(options, (remainingMs) => batch.send(transport, options, remainingMs));
    results.push(...(await batch.settle(sending)));
  }
  return results;
}

function toBatches(jobs: readonly BatchJob[]): Batch[] {
  const batches: Batch[] = [];
  for (const job of jobs.map(toKeyedJob)) {
    if (batches.at(-1)?.add(job)) continue;
    const batch = new Batch();
    batch.add(job);
    batches.push(batch);
  }
  return batches;
}
