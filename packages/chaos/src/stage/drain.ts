import { QUEUE_NAMES } from '@dts/jobs';
import { waitFor } from '@dts/testkit';
import { connectRedis, type RedisClient } from '../redis/connect.js';

/** What is scheduled for later than this is not waited for; the audit finds it stored. */
const FAR_MS = 600_000;
/** By which BullMQ multiplies the time that a delayed job is due, to have room for an order of its own. */
const DELAY_SCALE = 0x1000;
/** From here on a job waits for others of its ordering key, not for its time. */
const PARKED_MS = 1e15;

/** Waits until no job is left to do. @returns whether that came within `timeoutMs` */
export async function drained(url: string, prefix: string, timeoutMs: number): Promise<boolean> {
  const redis = connectRedis(url);
  try {
    await waitFor(async () => (await countUnfinished(redis, prefix)) === 0, { timeoutMs, describe: 'the queues to drain' });
    return true;
  } catch {
    return false;
  } finally {
    redis.disconnect();
  }
}

async function countUnfinished(redis: RedisClient, prefix: string): Promise<number> {
  const reading = redis.multi();
  for (const queue of QUEUE_NAMES) {
    for (const state of ['wait', 'paused', 'active']) reading.llen(`${prefix}:${queue}:${state}`);
    reading.zcard(`${prefix}:${queue}:prioritized`);
    reading.zcount(`${prefix}:${queue}:delayed`, '-inf', (Date.now() + FAR_MS) * DELAY_SCALE);
    reading.zcount(`${prefix}:${queue}:delayed`, PARKED_MS * DELAY_SCALE, '+inf');
  }
  const replies = (await reading.exec()) ?? [];
  return replies.reduce((sum, [error, count]) => sum + (error ? 1 : Number(count)), 0);
}
