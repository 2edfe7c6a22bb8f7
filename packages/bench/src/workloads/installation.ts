import { randomUUID } from 'node:crypto';
import { SchedulerClient } from '@dts/client';
import { type App, waitFor } from '@dts/testkit';
import type { Redis } from 'ioredis';
import { cpuTime } from '../cpu-time.js';
import { postJobs } from '../http-load.js';
import { CONNECTIONS, PAYLOAD } from '../job.js';
import type { Stage } from '../stage.js';
import type { Sample } from '../workload.js';

const SCRAPE_MS = 1_000;

type Environment = Readonly<Record<string, string>>;

/** A gateway and a worker with keys of their own on the stack's Redis. */
export class Installation {
  private constructor(
    private readonly gateway: App,
    private readonly worker: App,
    private readonly apiKey: string,
    private readonly redis: Redis,
    private readonly prefix: string,
    /** What jobs call. */
    private readonly service: string,
  ) {}

  /** @param outputFile for what they log, as a supervisor keeps it: the process of the load must not spend its time on reading it */
  static async start({ stack, redis }: Stage, service: string, env: Environment, outputFile: string): Promise<Installation> {
    const prefix = `bench-${randomUUID()}`;
    const gateway = await stack.start('gateway', { ...env, QUEUE_PREFIX: prefix }, { outputFile });
    const worker = await stack.start('worker', { ...env, QUEUE_PREFIX: prefix, QUEUES: 'io:100' }, { outputFile });
    return new Installation(gateway, worker, stack.apiKey, redis, prefix, service);
  }

  /** Half of the time jobs are stored, the other half they are run. */
  async run(seconds: number, signal: AbortSignal): Promise<Sample> {
    const { queues } = new SchedulerClient({ url: this.gateway.url, apiKey: this.apiKey });
    const scraping = setInterval(() => void this.scrape(), SCRAPE_MS);
    try {
      await queues.pause('io');
      const storing = await this.store(seconds / 2, signal);
      await queues.resume('io');
      return { ...storing, ...(await this.watch(seconds / 2)) };
    } finally {
      clearInterval(scraping);
    }
  }

  private async store(seconds: number, signal: AbortSignal): Promise<Sample> {
    const before = await cpuTime(this.gateway.pid);
    const body = JSON.stringify({ name: 'http.request', payload: { ...PAYLOAD, url: this.service } });
    const load = { url: `${this.gateway.url}/v1/jobs`, apiKey: this.apiKey, body, connections: CONNECTIONS, seconds };
    const { rate: stored = 0 } = await postJobs(load, signal);
    return { stored, storeCpu: ((await cpuTime(this.gateway.pid)) - before) / (stored * seconds) };
  }

  /** From the first job that is done on; until none is left, or the time is over. */
  private async watch(seconds: number): Promise<Sample> {
    await waitFor(async () => (await this.completed()) > 0, { timeoutMs: 10_000 });
    const [begun, before, cpuBefore] = [performance.now(), await this.completed(), await cpuTime(this.worker.pid)];
    await waitFor(async () => performance.now() - begun > seconds * 1_000 || (await this.left()) === 0, { timeoutMs: seconds * 2_000 });
    const done = (await this.completed()) - before;
    const cpu = (await cpuTime(this.worker.pid)) - cpuBefore;
    return { done: done / ((performance.now() - begun) / 1_000), doneCpu: cpu / done };
  }

  private completed(): Promise<number> {
    return this.redis.zcard(`${this.prefix}:io:completed`);
  }

  private async left(): Promise<number> {
    const key = (set: string) => `${this.prefix}:io:${set}`;
    const [waiting, prioritized] = await Promise.all([this.redis.llen(key('wait')), this.redis.zcard(key('prioritized'))]);
    return waiting + prioritized;
  }

  private async scrape(): Promise<void> {
    for (const { url } of [this.gateway, this.worker]) await fetch(`${url}/metrics`).then((response) => response.text());
  }
}
