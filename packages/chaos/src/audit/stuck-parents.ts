import type { RedisClient } from '../redis/connect.js';

/**
 * Ids of jobs that wait for children of which none is left to end: nobody will ever start them. Looked for twice, because a
 * job whose last child ends between two reads is on its way.
 * @param roots each queue's `<prefix>:<queue>:`
 */
export async function findStuckParents(redis: RedisClient, roots: readonly string[]): Promise<string[]> {
  const first = await look(redis, roots);
  const again = new Set(first.length > 0 ? await look(redis, roots) : []);
  return first.filter((id) => again.has(id));
}

async function look(redis: RedisClient, roots: readonly string[]): Promise<string[]> {
  const stuck: string[] = [];
  for (const root of roots) {
    for (const id of await redis.zrange(`${root}waiting-children`, '0', '-1')) {
      if (!(await hasUnfinished(redis, `${root}${id}:dependencies`))) stuck.push(id);
    }
  }
  return stuck;
}

async function hasUnfinished(redis: RedisClient, dependencies: string): Promise<boolean> {
  const children = await redis.smembers(dependencies);
  const found = await Promise.all(children.map((child) => redis.hmget(child, 'timestamp', 'finishedOn')));
  return found.some(([timestamp, finishedOn]) => timestamp !== null && finishedOn === null);
}
