import { connectRedis } from '../redis/connect.js';

/** Who holds each active job of the `io` queue: the lock's token, by the job's id. A dead worker's lock is there until it runs out. */
export async function readLocks(url: string, prefix: string): Promise<ReadonlyMap<string, string>> {
  const redis = connectRedis(url);
  try {
    const active = await redis.lrange(`${prefix}:io:active`, 0, -1);
    if (active.length === 0) return new Map();
    const tokens = await redis.mget(...active.map((id) => `${prefix}:io:${id}:lock`));
    return new Map(active.flatMap((id, index) => (tokens[index] == null ? [] : [[id, tokens[index]] as const])));
  } finally {
    redis.disconnect();
  }
}
