import type { RedisClient } from './connection.js';

/**
 * Sends a command that names no key to the server that has ours: a cluster would send it to any of its nodes.
 * @param key of ours; it need not exist
 */
export async function callAtNodeOf(redis: RedisClient, key: string, command: string, ...args: string[]): Promise<unknown> {
  const [, reply] = (await redis.pipeline().exists(key).call(command, args).exec()) ?? [];
  const [error, value] = reply ?? [new Error('no reply')];
  if (error) throw error;
  return value;
}
