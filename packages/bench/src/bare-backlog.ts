import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { type Backlog, untilCompleted } from './backlog.js';
import { PAYLOAD } from './job.js';

const BATCH = 1_000;

/** The same of BullMQ by itself. */
export class BareBacklog implements Backlog, AsyncDisposable {
  private readonly queue: Queue;

  constructor(
    url: string,
    private readonly redis: Redis,
  ) {
    this.queue = new Queue('bare', { connection: { url } });
  }

  async fill(count: number): Promise<void> {
    await this.queue.pause();
    const jobs = Array.from({ length: BATCH }, () => ({ name: 'http.request', data: PAYLOAD }));
    for (let stored = 0; stored < count; stored += BATCH) await this.queue.addBulk(jobs);
  }

  async workOff(count: number, signal: AbortSignal): Promise<number> {
    const startedAt = performance.now();
    await this.queue.resume();
    await untilCompleted(this.redis, 'bull:bare:completed', count, signal);
    return (performance.now() - startedAt) / 1_000;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.queue.close();
  }
}
