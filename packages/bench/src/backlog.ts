import { setTimeout as delay } from 'node:timers/promises';
import type { Stack } from '@dts/testkit';
import type { Redis } from 'ioredis';

const BATCH = 1_000;
const LOOK_MS = 10;

/** Jobs that wait in a paused queue, to be worked off against the clock. */
export class Backlog {
  constructor(
    private readonly stack: Stack,
    private readonly redis: Redis,
    private readonly queue: string,
    private readonly job: { readonly name: string; readonly payload: unknown },
  ) {}

  /** @param count a multiple of a thousand */
  async fill(count: number): Promise<void> {
    await this.call(`queues/${this.queue}:pause`);
    const body = { jobs: Array.from({ length: BATCH }, () => this.job) };
    for (let stored = 0; stored < count; stored += BATCH) await this.call('jobs:batch', body);
  }

  /** @returns seconds from the moment when the queue is resumed until so many jobs have completed */
  async workOff(count: number, signal: AbortSignal): Promise<number> {
    await this.call(`queues/${this.queue}:resume`);
    const startedAt = performance.now();
    while ((await this.redis.zcard(`${this.stack.prefix}:${this.queue}:completed`)) < count) {
      signal.throwIfAborted();
      await delay(LOOK_MS);
    }
    return (performance.now() - startedAt) / 1_000;
  }

  private async call(path: string, body?: object): Promise<void> {
    const headers = { authorization: `Bearer ${this.stack.apiKey}`, ...(body && { 'content-type': 'application/json' }) };
    const response = await fetch(`${this.stack.url}/v1/${path}`, { method: 'POST', headers, ...(body && { body: JSON.stringify(body) }) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text.slice(0, 500)}`);
  }
}
