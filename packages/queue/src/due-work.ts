import type { RedisClient } from './connection.js';
import { DELAY_SCORE_SHIFT } from './delay-score.js';

/** What a queue has for a worker that asks now. */
export interface DueWork {
  /** Jobs that could start. */
  readonly jobs: number;
  /** Why none may start, if so. */
  readonly held?: 'paused' | 'at its limit' | 'rate limited';
}

/**
 * In one transaction, so that the figures are of one moment. A delayed job whose time has come is due: it moves on only when a
 * worker asks.
 * @throws when Redis does not answer: unknown is not nothing
 */
export async function readDueWork(redis: RedisClient, prefix: string, queue: string, now = Date.now()): Promise<DueWork> {
  const key = (type: string) => `${prefix}:${queue}:${type}`;
  const reading = redis
    .multi()
    .llen(key('wait'))
    .zcard(key('prioritized'))
    .zcount(key('delayed'), 0, (now + 1) * DELAY_SCORE_SHIFT - 1)
    .llen(key('active'))
    .get(key('limiter'))
    .hexists(key('meta'), 'paused')
    .hget(key('meta'), 'concurrency')
    .hget(key('meta'), 'max');
  const replies = (await reading.exec()) ?? [];
  const failure = replies.find(([error]) => error)?.[0];
  if (failure) throw failure;
  const [waiting, prioritized, due, active, started, isPaused, limit, rate] = replies.map(([, reply]) => Number(reply ?? Number.NaN));
  return { jobs: Number(waiting) + Number(prioritized) + Number(due), held: holding({ active, started, isPaused, limit, rate }) };
}

/** @param of `started`: jobs in the rate's window, which is over where there is none. No limit is NaN, which nothing reaches. */
function holding(of: { active?: number; started?: number; isPaused?: number; limit?: number; rate?: number }): DueWork['held'] {
  if (of.isPaused === 1) return 'paused';
  if (Number(of.active) >= Number(of.limit)) return 'at its limit';
  return Number(of.started) >= Number(of.rate) ? 'rate limited' : undefined;
}
