import { QUEUE_NAMES, type QueueName } from '@dts/jobs';
import type { RedisClient } from '../connection.js';
import { type Purged, Purger } from '../dead-letters/purger.js';
import { FlowIndex } from '../flows/flow-index.js';
import { queueOfJobId } from '../job-id.js';
import { type JobRecord, readFailure } from '../job-record.js';
import { type Place, readPlaces } from '../ordered-set.js';
import type { Queues } from '../queues.js';
import { EARLY_ENDS, type EarlyEnd, EarlyEnds } from './early-ends.js';
import { KEPT } from './kept.js';

/** Jobs looked at, or removed, in one step. */
const STRETCH = 100;

/** Milliseconds after which a job is looked at again that must stay because of its parent. */
const HELD_MS = 3_600_000;

type Ended = Pick<JobRecord, 'id' | 'queue' | 'state' | 'finishedAt' | 'error'>;

/**
 * Removes jobs that were cancelled or have expired when they are over age, or too many. Dead ones stay: a job goes only by its place
 * in the set of its kind, when its own record says the same, and when it still is as that was read.
 */
export class Retention {
  private readonly ends: EarlyEnds;
  private readonly purger: Purger;
  private readonly flows: FlowIndex;

  constructor(
    private readonly queues: Queues,
    private readonly redis: RedisClient,
    private readonly prefix: string,
    private readonly kept: { readonly ageMs: number; readonly count: number } = KEPT,
  ) {
    this.ends = new EarlyEnds(queues, redis);
    this.purger = new Purger(queues, redis, prefix);
    this.flows = new FlowIndex(queues, redis, prefix);
  }

  /** A step of all there is to do. @returns whether another one is worth while at once */
  async tend(now = Date.now()): Promise<boolean> {
    const queues = QUEUE_NAMES.map(async (queue) => {
      await this.takeNote(queue);
      const trimmed = await Promise.all(EARLY_ENDS.map((state) => this.trim(queue, state, now)));
      return trimmed.includes(STRETCH);
    });
    const more = await Promise.all([...queues, this.tidyFlows()]);
    return more.includes(true);
  }

  /** What no worker lived to note: a stretch of the failed set is looked through, the next one each time, round and round. */
  private async takeNote(queue: QueueName): Promise<void> {
    const places = await this.nextPlaces(queue, this.queues[queue].toKey('failed'));
    const ended = await Promise.all(places.map(({ member }) => this.read(queue, member)));
    await this.ends.note(
      queue,
      ended.flatMap((job) => job ?? []),
    );
  }

  /** Flows whose root is not kept any more leave the list; where there were many, there may be more. */
  private async tidyFlows(): Promise<boolean> {
    const places = await this.nextPlaces('flows', this.flows.all);
    return (await this.flows.forgetGone(places)) > STRETCH / 4;
  }

  /** @param walk where this was the last time is kept by this name, in Redis: gateways take turns */
  private async nextPlaces(walk: string, key: string): Promise<Place[]> {
    const cursors = `${this.prefix}:retention`;
    const cursor = await this.redis.hget(cursors, walk);
    const after = cursor === null ? undefined : (JSON.parse(cursor) as Place);
    const places = await readPlaces(this.redis, key, { first: 'lowest', after }, STRETCH);
    const last = places.length < STRETCH ? undefined : places.at(-1);
    if (last) await this.redis.hset(cursors, walk, JSON.stringify(last));
    else if (after) await this.redis.hdel(cursors, walk);
    return places;
  }

  /** @returns how many were looked at */
  private async trim(queue: QueueName, state: EarlyEnd, now: number): Promise<number> {
    const overdue = await this.overdue(this.ends.keyOf(queue, state), now);
    await Promise.all(overdue.map((place) => this.remove(queue, state, place, now)));
    return overdue.length;
  }

  /** The oldest: those over age, and those that are too many. */
  private async overdue(key: string, now: number): Promise<Place[]> {
    const excess = (await this.redis.zcard(key)) - this.kept.count;
    const old = await readPlaces(this.redis, key, { first: 'lowest', before: now - this.kept.ageMs }, STRETCH);
    if (excess <= old.length || old.length === STRETCH) return old;
    return readPlaces(this.redis, key, { first: 'lowest' }, Math.min(excess, STRETCH));
  }

  private async remove(queue: QueueName, state: EarlyEnd, { member, score }: Place, now: number): Promise<void> {
    const key = this.ends.keyOf(queue, state);
    const job = await this.read(queue, member);
    const outcome: Purged = job?.state === state ? await this.purger.purge(job, { finishedAt: Number(job.finishedAt) }) : 'changed';
    if (outcome === 'changed') await this.redis.zrem(key, member);
    // Out of the way of the others, which are looked at from the oldest on.
    const isOld = score < now - this.kept.ageMs;
    if (outcome === 'awaited') await this.redis.zadd(key, 'XX', isOld ? now - this.kept.ageMs + HELD_MS : now, member);
  }

  /** Without the payload, which may be large. */
  private async read(queue: QueueName, id: string): Promise<Ended | undefined> {
    if (queueOfJobId(id) !== queue) return undefined;
    const fields = ['finishedOn', 'failedReason', 'stacktrace'] as const;
    const [finishedOn, reason, stacktrace] = await this.redis.hmget(this.queues[queue].toKey(id), ...fields);
    if (!finishedOn) return undefined;
    return { id, queue, finishedAt: Number(finishedOn), ...readFailure(reason ?? undefined, JSON.parse(stacktrace ?? '[]')) };
  }
}
