import { z } from 'zod';
import type { RedisClient } from './connection.js';

const workerQueue = z.object({
  queue: z.string(),
  /** Jobs it can run at once. */
  slots: z.int(),
  /** Jobs it runs now. */
  busy: z.int(),
});

const workerInfo = z.object({
  /** Of this process and no other, as its host and pid may be another's too. */
  id: z.string(),
  host: z.string(),
  pid: z.int(),
  version: z.string(),
  queues: z.array(workerQueue).readonly(),
  /** The longest that its event loop was held up since the last heartbeat, in milliseconds. */
  eventLoopDelayMs: z.number(),
  /** Resident memory. */
  memoryBytes: z.number(),
  /** Unix milliseconds, by the worker's clock. */
  startedAt: z.number(),
  /** Unix milliseconds, by the worker's clock. */
  heartbeatAt: z.number(),
  /** It finishes what it has and takes nothing new. */
  draining: z.boolean(),
  /** It drains because it is wished to, and nothing runs any more. */
  drained: z.boolean().optional(),
});

/** What a worker process tells of itself, again and again. */
export type WorkerInfo = Readonly<z.output<typeof workerInfo>>;

export type WorkerQueue = Readonly<z.output<typeof workerQueue>>;

/** A worker that has not been heard of for this long is gone, whatever became of it. */
const GONE_AFTER_MS = 10_000;

/**
 * Who is there. Each entry ends by itself, by Redis's clock, so a worker that dies needs nobody to take it out and the
 * clocks of workers need not agree.
 */
export class WorkerRegistry {
  constructor(
    private readonly redis: RedisClient,
    private readonly prefix: string,
  ) {}

  async beat(info: WorkerInfo): Promise<void> {
    await Promise.all([
      this.redis.set(this.entry(info.id), JSON.stringify(info), 'PX', GONE_AFTER_MS),
      this.redis.sadd(this.index, info.id),
    ]);
  }

  /** For somebody who is there and has nothing new to tell. @returns whether there is an entry */
  async keep(id: string): Promise<boolean> {
    return (await this.redis.pexpire(this.entry(id), GONE_AFTER_MS)) === 1;
  }

  async leave(id: string): Promise<void> {
    await Promise.all([this.redis.del(this.entry(id)), this.redis.srem(this.index, id)]);
  }

  /** An entry that cannot be read, such as another version's, is left out. */
  async list(): Promise<WorkerInfo[]> {
    const ids = (await this.redis.smembers(this.index)).sort();
    const entries = await Promise.all(ids.map((id) => this.redis.get(this.entry(id))));
    const gone = ids.filter((_id, index) => entries[index] === null);
    if (gone.length > 0) await this.redis.srem(this.index, ...gone);
    return entries.flatMap((entry) => (typeof entry === 'string' ? (workerInfo.safeParse(parse(entry)).data ?? []) : []));
  }

  private get index(): string {
    return `${this.prefix}:workers`;
  }

  private entry(id: string): string {
    return `${this.prefix}:worker:${id}`;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
