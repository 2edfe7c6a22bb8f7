import type { CallOptions, Queue, SchedulerClient, Worker } from '@dts/client';
import { take } from '../output/list.js';

export interface Reading {
  /** Unix milliseconds. */
  readonly at: number;
  readonly queues: readonly Queue[];
  readonly workers: readonly Worker[];
}

export async function read(client: SchedulerClient, call: CallOptions): Promise<Reading> {
  const [queues, workers] = await Promise.all([
    take(client.queues.list(call), Number.POSITIVE_INFINITY),
    take(client.workers.list(call), Number.POSITIVE_INFINITY),
  ]);
  return { at: Date.now(), queues: queues.items, workers: workers.items };
}
