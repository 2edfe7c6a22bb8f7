import { setTimeout as delay } from 'node:timers/promises';
import type { RedisClient } from '../redis/connect.js';

const LOOK_MS = 200;

/**
 * Active jobs that nobody holds and nobody takes back: without a lock at every look for `patienceMs`, which is the lock's
 * duration and two checks for stalled jobs.
 * @returns their ids
 */
export async function findUnlockedJobs(redis: RedisClient, roots: readonly string[], patienceMs: number): Promise<string[]> {
  const deadline = performance.now() + patienceMs;
  let suspects = await readUnlocked(redis, roots);
  while (suspects.size > 0 && performance.now() < deadline) {
    await delay(LOOK_MS);
    const unlocked = await readUnlocked(redis, roots);
    suspects = new Set([...suspects].filter((id) => unlocked.has(id)));
  }
  return [...suspects];
}

async function readUnlocked(redis: RedisClient, roots: readonly string[]): Promise<Set<string>> {
  const unlocked = new Set<string>();
  for (const root of roots) {
    const active = await redis.lrange(`${root}active`, 0, -1);
    const reading = redis.pipeline();
    for (const id of active) reading.exists(`${root}${id}:lock`);
    const replies = (await reading.exec()) ?? [];
    for (const [index, id] of active.entries()) if (replies[index]?.[1] === 0) unlocked.add(id);
  }
  return unlocked;
}
