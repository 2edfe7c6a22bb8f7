import { QUEUE_NAMES, type QueueName } from '@dts/jobs';
import type { RedisClient } from './connection.js';
import { DELAY_SCORE_SHIFT } from './delay-score.js';
import { type StoredJob, waitingSince } from './job-record.js';
import type { JobQueue, Queues } from './queues.js';

/** What a queue holds at one moment. */
export interface QueueSnapshot {
  readonly queue: QueueName;
  /** Unix milliseconds at which it was read. */
  readonly at: number;
  /** Jobs that could start now, prioritized ones among them. */
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  /** Delayed jobs that fall due within the horizon that was asked for. */
  readonly delayedDue: number;
  readonly waitingChildren: number;
  readonly dead: number;
  readonly paused: boolean;
  /** Age of the job that has waited longest, in milliseconds; null when none waits. */
  readonly oldestWaitingMs: number | null;
  /** Jobs ever completed and failed for good, as far back as the queue's counters go. */
  readonly finishedTotal: number;
}

/** Reads queues without changing them: for gauges and for the scaler. One round trip a queue, plus one for the oldest job. */
export class QueueInspector {
  constructor(
    private readonly queues: Queues,
    private readonly redis: RedisClient,
  ) {}

  /** @throws when Redis does not answer: an unknown backlog is not an empty one */
  async snapshot(name: QueueName, horizonMs: number, now = Date.now()): Promise<QueueSnapshot> {
    const queue = this.queues[name];
    const key = (type: string) => queue.toKey(type);
    const redis = this.redis;
    const [waiting, prioritized, paused, active, delayed, delayedDue, waitingChildren, dead, isPaused, completed, failed] =
      await Promise.all([
        redis.llen(key('wait')),
        redis.zcard(key('prioritized')),
        redis.llen(key('paused')),
        redis.llen(key('active')),
        redis.zcard(key('delayed')),
        redis.zcount(key('delayed'), 0, (now + horizonMs + 1) * DELAY_SCORE_SHIFT - 1),
        redis.zcard(key('waiting-children')),
        redis.zcard(key('failed')),
        redis.hexists(key('meta'), 'paused'),
        redis.hget(key('metrics:completed'), 'count'),
        redis.hget(key('metrics:failed'), 'count'),
      ]);
    return {
      queue: name,
      at: now,
      waiting: waiting + prioritized + paused,
      active,
      delayed,
      delayedDue,
      waitingChildren,
      dead,
      paused: isPaused === 1,
      oldestWaitingMs: await this.oldestWaitingMs(queue, now),
      finishedTotal: Number(completed ?? 0) + Number(failed ?? 0),
    };
  }

  async snapshots(horizonMs: number): Promise<QueueSnapshot[]> {
    return Promise.all(QUEUE_NAMES.map((name) => this.snapshot(name, horizonMs)));
  }

  /** Jobs enter the list at its head and leave at its tail. Of prioritized jobs the next one stands for all. */
  private async oldestWaitingMs(queue: JobQueue, now: number): Promise<number | null> {
    const [waiting, paused, prioritized] = await Promise.all([
      this.redis.lindex(queue.toKey('wait'), '-1'),
      this.redis.lindex(queue.toKey('paused'), '-1'),
      this.redis.zrange(queue.toKey('prioritized'), '0', '0'),
    ]);
    const ids = [waiting, paused, prioritized[0]].filter((id): id is string => typeof id === 'string');
    const jobs: (StoredJob | undefined)[] = await Promise.all(ids.map((id) => queue.getJob(id)));
    const ages = jobs.flatMap((job) => (job ? [Math.max(0, now - waitingSince(job))] : []));
    return ages.length === 0 ? null : Math.max(...ages);
  }
}
