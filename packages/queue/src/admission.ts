import { QUEUE_NAMES, type QueueName } from '@dts/jobs';
import type { RedisClient } from './connection.js';
import { QueueError } from './errors.js';
import { TENANT_LIMITS } from './lanes/tenant-limits.js';
import { Loop } from './loop.js';
import { callAtNodeOf } from './node-of-key.js';
import type { Queues } from './queues.js';

/** Milliseconds between two looks: what comes in between is let in on what was seen before. */
const LOOK_MS = 250;
/** The same while nothing is submitted. */
const IDLE_LOOK_MS = 1_000;
/** Beyond this share of its memory a Redis without eviction soon refuses writes, those of workers too. */
const MEMORY_SHARE = 0.7;

interface Seen {
  readonly memoryShare: number;
  readonly backlogs: ReadonlyMap<QueueName, number>;
  /** Tenants with limits in each queue. */
  readonly limited: ReadonlyMap<QueueName, ReadonlySet<string>>;
}

/**
 * Turns new work away while there is room still for what has been acknowledged to run. It looks on a timer, so that
 * a submission costs no more for it, and lets everything in while it cannot look: then the submission itself will tell.
 */
export class Admission {
  private seen: Seen = { memoryShare: 0, backlogs: new Map(), limited: new Map() };
  private readonly loop = new Loop(() => this.look());
  private wasAsked = false;

  /** @param backlogLimit jobs that may wait, scheduled ones included, in each queue */
  constructor(
    private readonly queues: Queues,
    private readonly redis: RedisClient,
    private readonly backlogLimit: number,
  ) {}

  start(): void {
    this.loop.start();
  }

  stop(): void {
    void this.loop.stop();
  }

  /** Why the queue takes no new job now: `memory-full`, `backlog-full`; undefined when it does. */
  refusalOf(queue: QueueName): QueueError | undefined {
    this.wasAsked = true;
    const { memoryShare, backlogs } = this.seen;
    if (memoryShare >= MEMORY_SHARE) {
      return new QueueError(
        'memory-full',
        `Redis has used ${Math.round(memoryShare * 100)} % of its memory; new jobs are taken again below ${MEMORY_SHARE * 100} %.`,
      );
    }
    const backlog = backlogs.get(queue) ?? 0;
    if (backlog >= this.backlogLimit) {
      return new QueueError('backlog-full', `The queue ${queue} holds ${backlog} jobs that wait; ${this.backlogLimit} are allowed.`);
    }
    return undefined;
  }

  /** Whether the tenant's jobs may have to wait for its limits, as last seen; who starts them knows better. */
  isLimited(queue: QueueName, tenant: string): boolean {
    return this.seen.limited.get(queue)?.has(tenant) ?? false;
  }

  private async look(): Promise<number> {
    const pace = this.wasAsked ? LOOK_MS : IDLE_LOOK_MS;
    this.wasAsked = false;
    this.seen = await this.read().catch(() => this.seen);
    return pace;
  }

  private async read(): Promise<Seen> {
    const [info, backlogs, limited] = await Promise.all([
      this.readMemory(),
      forEachQueue((queue) => this.backlog(queue)),
      forEachQueue(async (queue) => new Set(await this.redis.hkeys(this.queues[queue].toKey(TENANT_LIMITS)))),
    ]);
    return { memoryShare: memoryShareOf(info), backlogs, limited };
  }

  private async readMemory(): Promise<string> {
    return String(await callAtNodeOf(this.redis, this.queues.io.toKey('meta'), 'INFO', 'memory'));
  }

  private async backlog(queue: QueueName): Promise<number> {
    const key = (type: string) => this.queues[queue].toKey(type);
    const counts = await Promise.all([
      this.redis.llen(key('wait')),
      this.redis.llen(key('paused')),
      this.redis.zcard(key('prioritized')),
      this.redis.zcard(key('delayed')),
    ]);
    return counts.reduce((sum, count) => sum + count, 0);
  }
}

async function forEachQueue<T>(read: (queue: QueueName) => Promise<T>): Promise<ReadonlyMap<QueueName, T>> {
  return new Map(await Promise.all(QUEUE_NAMES.map(async (queue) => [queue, await read(queue)] as const)));
}

/** Of what Redis may use; 0 where nothing bounds it. */
function memoryShareOf(info: string): number {
  const field = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
  const limit = field('maxmemory');
  return limit === 0 ? 0 : field('used_memory') / limit;
}
