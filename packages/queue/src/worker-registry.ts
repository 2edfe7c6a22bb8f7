import type { RedisClient } from './connection.js';

/** What a worker process tells of itself, again and again. */
export interface WorkerInfo {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  readonly queues: readonly WorkerQueue[];
  /** The longest that its event loop was held up since the last heartbeat, in milliseconds. */
  readonly eventLoopDelayMs: number;
  /** Resident memory. */
  readonly memoryBytes: number;
  /** Unix milliseconds, by the worker's clock. */
  readonly startedAt: number;
  /** Unix milliseconds, by the worker's clock. */
  readonly heartbeatAt: number;
  /** It finishes what it has and takes nothing new. */
  readonly draining: boolean;
}

export interface WorkerQueue {
  readonly queue: string;
  /** Jobs it can run at once. */
  readonly slots: number;
  /** Jobs it runs now. */
  readonly busy: number;
}

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

  async leave(id: string): Promise<void> {
    await Promise.all([this.redis.del(this.entry(id)), this.redis.srem(this.index, id)]);
  }

  async list(): Promise<WorkerInfo[]> {
    const ids = (await this.redis.smembers(this.index)).sort();
    const entries = await Promise.all(ids.map((id) => this.redis.get(this.entry(id))));
    const gone = ids.filter((_id, index) => entries[index] === null);
    if (gone.length > 0) await this.redis.srem(this.index, ...gone);
    return entries.flatMap((entry) => (typeof entry === 'string' ? [JSON.parse(entry) as WorkerInfo] : []));
  }

  private get index(): string {
    return `${this.prefix}:workers`;
  }

  private entry(id: string): string {
    return `${this.prefix}:worker:${id}`;
  }
}
