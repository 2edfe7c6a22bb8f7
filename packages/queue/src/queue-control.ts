import type { QueueName } from '@dts/jobs';
import type { RedisClient } from './connection.js';
import type { Queues } from './queues.js';
import { toUnavailable, toUnreadable } from './redis-failure.js';
import type { Replication } from './replication.js';

export interface QueueLimits {
  /** Jobs of the queue that may run at once, on all workers together; null for as many as these take. */
  readonly concurrency: number | null;
  /** At most `max` starts in each window of `per` milliseconds, on all workers together. */
  readonly rate: { readonly max: number; readonly per: number } | null;
}

/**
 * Both limits at once, so that no worker sees one half. A changed rate counts anew: the window that runs may be long, and
 * is not the one that was asked for. The mark wakes a worker that sleeps because of the limits that were.
 */
const SET_LIMITS = `
local meta, limiter, marker = KEYS[1], KEYS[2], KEYS[3]
local before = redis.call('HMGET', meta, 'max', 'duration')
if (before[1] or '') ~= ARGV[2] or (before[2] or '') ~= ARGV[3] then redis.call('DEL', limiter) end
for index, field in ipairs({ 'concurrency', 'max', 'duration' }) do
  if ARGV[index] == '' then redis.call('HDEL', meta, field) else redis.call('HSET', meta, field, ARGV[index]) end
end
if redis.call('HEXISTS', meta, 'paused') == 0 then redis.call('ZADD', marker, 0, '0') end
return 1`;

/** What operators may do to a whole queue. Workers heed it at their next fetch; what runs runs on. */
export class QueueControl {
  constructor(
    private readonly queues: Queues,
    private readonly redis: RedisClient,
    private readonly replication?: Replication,
  ) {}

  /** Nothing of it starts any more. Pausing twice is fine. @throws QueueError `unavailable`, `outcome-unknown` */
  pause(name: QueueName): Promise<void> {
    return this.change(name, () => this.queues[name].pause());
  }

  /** @throws QueueError as `pause` */
  resume(name: QueueName): Promise<void> {
    return this.change(name, () => this.queues[name].resume());
  }

  /** @throws QueueError as `pause` */
  setLimits(name: QueueName, { concurrency, rate }: QueueLimits): Promise<void> {
    const keys = ['meta', 'limiter', 'marker'].map((type) => this.queues[name].toKey(type));
    return this.change(name, () => this.redis.eval(SET_LIMITS, 3, ...keys, concurrency ?? '', rate?.max ?? '', rate?.per ?? ''));
  }

  /** @throws QueueError `unavailable` */
  async limits(name: QueueName): Promise<QueueLimits> {
    const meta = this.queues[name].toKey('meta');
    const [concurrency, max, per] = await this.redis.hmget(meta, 'concurrency', 'max', 'duration').catch((error) => {
      throw toUnreadable(error);
    });
    return {
      concurrency: concurrency == null ? null : Number(concurrency),
      rate: max == null ? null : { max: Number(max), per: Number(per) },
    };
  }

  private async change(name: QueueName, make: () => Promise<unknown>): Promise<void> {
    await this.replication?.require();
    await make().catch((error) => {
      throw toUnavailable(error);
    });
    await this.replication?.confirm(this.queues[name].toKey('meta'));
  }
}
