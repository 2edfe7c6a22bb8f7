import { QUEUE_NAMES } from '@dts/jobs';
import { waitFor } from '@dts/testkit';
import { Redis } from 'ioredis';

/** Waits until no job is left to do. @returns whether that came within `timeoutMs` */
export async function drained(url: string, prefix: string, timeoutMs: number): Promise<boolean> {
  const redis = new Redis(url, { maxRetriesPerRequest: 1 });
  redis.on('error', () => {}); // the look that fails is repeated
  try {
    await waitFor(async () => (await countUnfinished(redis, prefix)) === 0, { timeoutMs, describe: 'the queues to drain' });
    return true;
  } catch {
    return false;
  } finally {
    redis.disconnect();
  }
}

async function countUnfinished(redis: Redis, prefix: string): Promise<number> {
  const reading = redis.multi();
  for (const queue of QUEUE_NAMES) {
    for (const state of ['wait', 'paused', 'active']) reading.llen(`${prefix}:${queue}:${state}`);
    for (const state of ['prioritized', 'delayed']) reading.zcard(`${prefix}:${queue}:${state}`);
  }
  const replies = (await reading.exec()) ?? [];
  return replies.reduce((sum, [error, count]) => sum + (error ? 1 : Number(count)), 0);
}
