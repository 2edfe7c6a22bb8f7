import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { type Api, call } from './api.js';

const BATCH = 1_000;
const LOOK_MS = 10;

/** Jobs that wait in a paused queue, to be worked off against the clock. */
export interface Backlog {
  /** @param count a multiple of a thousand */
  fill(count: number): Promise<void>;
  /** @returns seconds from the moment when the queue is resumed until so many jobs have completed */
  workOff(count: number, signal: AbortSignal): Promise<number>;
}

/** Of the product, through its API. */
export class ProductBacklog implements Backlog {
  constructor(
    private readonly api: Api,
    private readonly redis: Redis,
    private readonly prefix: string,
    private readonly queue: string,
    private readonly job: { readonly name: string; readonly payload: unknown },
  ) {}

  async fill(count: number): Promise<void> {
    await call(this.api, 'POST', `queues/${this.queue}:pause`);
    const body = { jobs: Array.from({ length: BATCH }, () => this.job) };
    for (let stored = 0; stored < count; stored += BATCH) await call(this.api, 'POST', 'jobs:batch', body);
  }

  async workOff(count: number, signal: AbortSignal): Promise<number> {
    const startedAt = performance.now();
    await call(this.api, 'POST', `queues/${this.queue}:resume`);
    await untilCompleted(this.redis, `${this.prefix}:${this.queue}:completed`, count, signal);
    return (performance.now() - startedAt) / 1_000;
  }
}

/** @param key of BullMQ's set of completed jobs */
export async function untilCompleted(redis: Redis, key: string, count: number, signal: AbortSignal): Promise<void> {
  while ((await redis.zcard(key)) < count) {
    signal.throwIfAborted();
    await delay(LOOK_MS);
  }
}
