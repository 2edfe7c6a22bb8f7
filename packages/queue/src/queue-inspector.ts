import { QUEUE_NAMES, type QueueName } from '@dts/jobs';
import type { RedisClient } from './connection.js';
import { DELAY_SCORE_SHIFT } from './delay-score.js';
import { ARRIVALS_FROM } from './fairness/line.js';
import { waitingSince } from './job-record.js';
import { PARKED_FROM } from './lanes/parked.js';
import type { JobQueue, Queues } from './queues.js';
import { EarlyEnds } from './retention/early-ends.js';

/** Jobs in line whose age is looked at. */
const LOOKED_AT = 100;

/** What a queue holds at one moment. */
export interface QueueSnapshot {
  readonly queue: QueueName;
  /** Unix milliseconds at which it was read. */
  readonly at: number;
  /** Jobs that could start now, prioritized ones among them. */
  readonly waiting: number;
  /** Jobs that wait for others of their ordering key, or for their tenant's limits: no worker more would start them. */
  readonly parked: number;
  readonly active: number;
  readonly delayed: number;
  /** Delayed jobs that fall due within the horizon that was asked for. */
  readonly delayedDue: number;
  readonly waitingChildren: number;
  /** That are kept. */
  readonly completed: number;
  readonly dead: number;
  readonly cancelled: number;
  readonly expired: number;
  readonly paused: boolean;
  /** Age of the job that has waited longest, in milliseconds; null when none waits. */
  readonly oldestWaitingMs: number | null;
  /** Jobs ever completed and failed for good, as far back as the queue's counters go. */
  readonly finishedTotal: number;
}

/** Reads queues without changing them: for gauges and for the scaler. One round trip a queue, plus two for the oldest job. */
export class QueueInspector {
  private readonly ends: EarlyEnds;

  constructor(
    private readonly queues: Queues,
    private readonly redis: RedisClient,
  ) {
    this.ends = new EarlyEnds(queues, redis);
  }

  /** @throws when Redis does not answer: an unknown backlog is not an empty one */
  async snapshot(name: QueueName, horizonMs: number, now = Date.now()): Promise<QueueSnapshot> {
    const queue = this.queues[name];
    const key = (type: string) => queue.toKey(type);
    const redis = this.redis;
    const [
      waiting,
      prioritized,
      paused,
      active,
      delayed,
      parked,
      delayedDue,
      waitingChildren,
      completed,
      ends,
      isPaused,
      everCompleted,
      everFailed,
    ] = await Promise.all([
      redis.llen(key('wait')),
      redis.zcard(key('prioritized')),
      redis.llen(key('paused')),
      redis.llen(key('active')),
      redis.zcard(key('delayed')),
      redis.zcount(key('delayed'), PARKED_FROM, '+inf'),
      redis.zcount(key('delayed'), 0, (now + horizonMs + 1) * DELAY_SCORE_SHIFT - 1),
      redis.zcard(key('waiting-children')),
      redis.zcard(key('completed')),
      this.ends.count(name),
      redis.hexists(key('meta'), 'paused'),
      redis.hget(key('metrics:completed'), 'count'),
      redis.hget(key('metrics:failed'), 'count'),
    ]);
    return {
      queue: name,
      at: now,
      waiting: waiting + prioritized + paused,
      parked,
      active,
      delayed: delayed - parked,
      delayedDue,
      waitingChildren,
      completed,
      ...ends,
      paused: isPaused === 1,
      oldestWaitingMs: await this.oldestWaitingMs(queue, now),
      finishedTotal: Number(everCompleted ?? 0) + Number(everFailed ?? 0),
    };
  }

  /** Jobs that could start now, unless the queue is paused. @throws when Redis does not answer */
  async waiting(name: QueueName): Promise<number> {
    const queue = this.queues[name];
    const counts = await Promise.all([this.redis.llen(queue.toKey('wait')), this.redis.zcard(queue.toKey('prioritized'))]);
    return counts[0] + counts[1];
  }

  async snapshots(horizonMs: number): Promise<QueueSnapshot[]> {
    return Promise.all(QUEUE_NAMES.map((name) => this.snapshot(name, horizonMs)));
  }

  /**
   * Those who were handed back leave the list at its tail. Of those in line the first are looked at: among them is the
   * one of each tenant that is next, which of a tenant without priorities is its oldest.
   */
  private async oldestWaitingMs(queue: JobQueue, now: number): Promise<number | null> {
    const [waiting, paused, first, arrived] = await Promise.all([
      this.redis.lindex(queue.toKey('wait'), '-1'),
      this.redis.lindex(queue.toKey('paused'), '-1'),
      this.redis.zrange(queue.toKey('prioritized'), '0', String(LOOKED_AT - 1)),
      this.redis.zrangebyscore(queue.toKey('prioritized'), ARRIVALS_FROM, '+inf', 'LIMIT', 0, 1),
    ]);
    const ids = [waiting, paused, ...first, ...arrived].filter((id): id is string => typeof id === 'string');
    const since = await Promise.all(ids.map((id) => this.waitingSince(queue, id)));
    const known = since.filter((time) => time !== undefined);
    return known.length === 0 ? null : Math.max(0, now - Math.min(...known));
  }

  /** Without the payload, which may be large. */
  private async waitingSince(queue: JobQueue, id: string): Promise<number | undefined> {
    const [timestamp, opts, stacktrace] = await this.redis.hmget(queue.toKey(id), 'timestamp', 'opts', 'stacktrace');
    if (!timestamp || !opts) return undefined;
    return waitingSince({ timestamp: Number(timestamp), opts: JSON.parse(opts), stacktrace: JSON.parse(stacktrace ?? '[]') });
  }
}
