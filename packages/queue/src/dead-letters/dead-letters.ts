import type { RedisClient } from '../connection.js';
import { QueueError } from '../errors.js';
import type { JobClient } from '../job-client.js';
import { queueOfJobId } from '../job-id.js';
import { FINAL_STATES, type JobRecord } from '../job-record.js';
import type { Place } from '../ordered-set.js';
import type { Queues } from '../queues.js';
import { toUnavailable, toUnreadable } from '../redis-failure.js';
import type { Replication } from '../replication.js';
import { type DeadLetterFilter, matchesFilter } from './dead-letter-filter.js';
import { DeadSet } from './dead-set.js';
import { type Redriven, Redriver } from './redriver.js';

/** Jobs read at once. */
const STRETCH = 100;
/** Jobs looked at for one page, however many of them a filter leaves out. */
const EXAMINED_FOR_PAGE = 500;
/** Jobs looked at to tell how many there are. */
const EXAMINED_FOR_PREVIEW = 10_000;
const SAMPLE = 10;

export interface DeadLetterPage {
  readonly items: readonly JobRecord[];
  /** Where the next page starts; undefined after the last. A page may be empty and not the last. */
  readonly next?: Place;
}

export interface DeadLetterPreview {
  readonly matched: number;
  /** False when there were too many to look at all: then there may be more than `matched`. */
  readonly complete: boolean;
  /** The first that would be taken: those that died first. */
  readonly sample: readonly JobRecord[];
}

/** Jobs that have failed for good: lists them, and lets one of them start anew. */
export class DeadLetters {
  private readonly dead: DeadSet;
  private readonly redriver: Redriver;

  constructor(
    private readonly queues: Queues,
    redis: RedisClient,
    prefix: string,
    private readonly jobs: JobClient,
    private readonly replication?: Replication,
  ) {
    this.dead = new DeadSet(queues, redis);
    this.redriver = new Redriver(queues, redis, prefix);
  }

  /** Those that died last come first. @throws QueueError `unavailable` */
  async list(filter: DeadLetterFilter, limit: number, after?: Place): Promise<DeadLetterPage> {
    const items: JobRecord[] = [];
    let next = after;
    for (let examined = 0; examined < EXAMINED_FOR_PAGE; examined += STRETCH) {
      const { places, jobs, isLast } = await this.read(filter, 'highest', next);
      for (const place of places) {
        next = place;
        const record = jobs.get(place.member);
        if (record && matchesFilter(record, filter)) items.push(record);
        if (items.length === limit) return isLast && place === places.at(-1) ? { items } : { items, next };
      }
      if (isLast) return { items };
    }
    return { items, next };
  }

  /**
   * What an operation with this filter would take.
   * @param limit at most so many
   * @throws QueueError `unavailable`
   */
  async preview(filter: DeadLetterFilter, limit = Number.POSITIVE_INFINITY): Promise<DeadLetterPreview> {
    const sample: JobRecord[] = [];
    let matched = 0;
    let after: Place | undefined;
    for (let examined = 0; examined < EXAMINED_FOR_PREVIEW; examined += STRETCH) {
      const { places, jobs, isLast } = await this.read(filter, 'lowest', after);
      const matching = [...jobs.values()].filter((record) => matchesFilter(record, filter));
      sample.push(...matching.slice(0, Math.min(SAMPLE, limit) - sample.length));
      matched += matching.length;
      if (matched >= limit) return { matched: limit, complete: true, sample };
      if (isLast) return { matched, complete: true, sample };
      after = places.at(-1);
    }
    return { matched, complete: false, sample };
  }

  /**
   * Lets one job that is dead, cancelled or expired start anew. Repeating is fine as long as it has not ended again.
   * @throws QueueError `job-not-found`, `not-retryable`, `unavailable`, `outcome-unknown`
   */
  async retry(id: string): Promise<JobRecord> {
    const before = await this.jobs.get(id);
    if (before.redrives > 0 && !FINAL_STATES.has(before.state)) return before;
    const outcome = await this.redrive(id).catch((error) => {
      throw toUnavailable(error);
    });
    if (outcome === 'children-failed') {
      throw new QueueError('not-retryable', 'Children of this job have failed: retry those first, then this one.');
    }
    const after = await this.jobs.get(id);
    if (outcome !== 'redriven' && (after.redrives === before.redrives || FINAL_STATES.has(after.state))) throw notRetryable(after);
    await this.replication?.confirm(this.queues[after.queue].toKey(id));
    return after;
  }

  private async redrive(id: string): Promise<Redriven> {
    const queue = queueOfJobId(id);
    const stored = queue && (await this.queues[queue].getJob(id));
    return stored ? this.redriver.redrive(queue, stored) : 'missing';
  }

  private async read(filter: DeadLetterFilter, first: 'lowest' | 'highest', after: Place | undefined) {
    try {
      const { places, jobs, isLast } = await this.dead.read(filter, first, after, STRETCH);
      return { places, isLast, jobs: new Map(jobs.map(({ record }) => [record.id, record])) };
    } catch (error) {
      throw toUnreadable(error);
    }
  }
}

function notRetryable({ state }: JobRecord): QueueError {
  const why = state === 'completed' ? 'it has done its work' : 'it has not ended';
  return new QueueError('not-retryable', `Only a job that is dead, cancelled or expired can be retried; this one is ${state}: ${why}.`);
}
