import { CANCELLED } from './cancelled.js';
import type { RedisClient } from './connection.js';
import type { JobQueue } from './queues.js';

/** Milliseconds for which a wish to stop a running job is kept, for a worker that missed the message. */
const KEPT_MS = 24 * 3_600_000;

/**
 * Marks a job that has not ended. BullMQ fails a job with this field at its next fetch, before any handler sees it, so
 * whatever becomes of the messages below, the job does not start again. -1: no such job, 0: it has ended.
 */
const MARK = `
if redis.call('EXISTS', KEYS[1]) == 0 then return -1 end
if redis.call('HEXISTS', KEYS[1], 'finishedOn') == 1 then return 0 end
redis.call('HSET', KEYS[1], 'defa', ARGV[1])
return 1`;

export type Marked = 'marked' | 'ended' | 'missing';

/** Stops jobs: the wish is stored with the job, and told to the worker that runs it. */
export class Cancellations {
  constructor(
    private readonly redis: RedisClient,
    private readonly prefix: string,
  ) {}

  async request(queue: JobQueue, id: string): Promise<Marked> {
    const marked = await this.redis.eval(MARK, 1, queue.toKey(id), CANCELLED);
    if (marked !== 1) return marked === 0 ? 'ended' : 'missing';
    const now = Date.now();
    await Promise.all([
      this.redis.zremrangebyscore(this.wishes, 0, now - KEPT_MS),
      this.redis.zadd(this.wishes, now, id),
      this.redis.publish(this.channel, id),
    ]);
    return 'marked';
  }

  /** Jobs that are to stop and may run still. */
  pending(): Promise<string[]> {
    return this.redis.zrange(this.wishes, '0', '-1');
  }

  /** The job has ended: nobody needs to stop it any more. */
  async settle(id: string): Promise<void> {
    await this.redis.zrem(this.wishes, id);
  }

  /**
   * Calls back with each job that is to stop, as soon as it is told.
   * @param listener a connection of its own, which can do nothing else from then on
   */
  async listen(listener: RedisClient, onCancel: (id: string) => void): Promise<void> {
    listener.on('message', (_channel: string, id: string) => onCancel(id));
    await listener.subscribe(this.channel);
  }

  private get wishes(): string {
    return `${this.prefix}:cancellations`;
  }

  private get channel(): string {
    return `${this.prefix}:cancel`;
  }
}
