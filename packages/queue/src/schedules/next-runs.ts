import { findJobDefinition, type QueueName } from '@dts/jobs';
import type { RedisClient } from '../connection.js';
import { nameOf, type ScheduleSpec } from './schedule.js';
import { ScheduleStore } from './schedule-store.js';

/** Schedules looked at, those first that are due first. */
const LOOKED_AT = 200;

/**
 * When the next run of a schedule comes into each queue, as far as that is soon.
 * @param horizonMs later runs are left out
 * @param now Unix milliseconds
 * @returns milliseconds from now, by queue
 * @throws when Redis does not answer
 */
export async function readNextRuns(
  redis: RedisClient,
  prefix: string,
  horizonMs: number,
  now = Date.now(),
): Promise<ReadonlyMap<QueueName, number>> {
  const store = new ScheduleStore(redis, prefix);
  const due = await redis.zrangebyscore(store.dueKey, '-inf', now + horizonMs, 'WITHSCORES', 'LIMIT', 0, LOOKED_AT);
  const runs = due.flatMap((key, index) => (index % 2 === 0 ? [{ key, at: Number(due[index + 1]) }] : []));
  const specs = await Promise.all(runs.map(({ key }) => redis.hget(store.redisKey(nameOf(key)), 'spec')));
  const next = new Map<QueueName, number>();
  for (const [index, { at }] of runs.entries()) {
    const queue = queueOf(specs[index]);
    if (queue && !next.has(queue)) next.set(queue, Math.max(0, at - now));
  }
  return next;
}

function queueOf(spec: string | null | undefined): QueueName | undefined {
  return spec == null ? undefined : findJobDefinition((JSON.parse(spec) as ScheduleSpec).job.name)?.queue;
}
