import { QUEUE_NAMES, type QueueName } from '@dts/jobs';
import type { RedisClient } from '../connection.js';
import { queueOfJobId } from '../job-id.js';
import { type JobRecord, type StoredJob, toJobRecord } from '../job-record.js';
import { comparePlaces, type Place, type PlaceRange, readPlaces } from '../ordered-set.js';
import type { Queues } from '../queues.js';
import type { DeadLetterFilter } from './dead-letter-filter.js';

/** A job that has failed for good, was cancelled or has expired, as it was read. */
export interface EndedJob {
  /** By when it ended. */
  readonly place: Place;
  readonly stored: StoredJob;
  readonly record: JobRecord;
}

/** The next ones in order. A job that is not there any more leaves its place only. */
export interface Stretch {
  readonly places: readonly Place[];
  readonly jobs: readonly EndedJob[];
  readonly isLast: boolean;
}

/**
 * BullMQ's failed sets of all queues, read as one in the order in which the jobs ended. They are the dead letters, and hold
 * cancelled and expired jobs as well.
 */
export class DeadSet {
  constructor(
    private readonly queues: Queues,
    private readonly redis: RedisClient,
  ) {}

  /** @param after where the last stretch ended */
  async read(filter: DeadLetterFilter, first: PlaceRange['first'], after: Place | undefined, count: number): Promise<Stretch> {
    const range = { first, from: filter.since, before: filter.until, after };
    // One more than is wanted tells whether there is another stretch.
    const found = await Promise.all(queuesOf(filter).map((queue) => readPlaces(this.redis, this.keyOf(queue), range, count + 1)));
    const ahead = found.flat().toSorted(comparePlaces(first));
    const places = ahead.slice(0, count);
    const jobs = await Promise.all(places.map((place) => this.load(place)));
    return { places, jobs: jobs.flatMap((job) => job ?? []), isLast: ahead.length <= count };
  }

  /** How many there are to look at. */
  async count(filter: DeadLetterFilter): Promise<number> {
    const [min, max] = [filter.since ?? '-inf', `(${filter.until ?? '+inf'}`];
    const counts = await Promise.all(queuesOf(filter).map((queue) => this.redis.zcount(this.keyOf(queue), min, max)));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** Only as long as it has ended, and as what it was read as. */
  private async load(place: Place): Promise<EndedJob | undefined> {
    const queue = queueOfJobId(place.member);
    const stored: StoredJob | undefined = queue && (await this.queues[queue].getJob(place.member));
    if (!queue || stored?.finishedOn !== place.score) return undefined;
    return { place, stored, record: toJobRecord(stored, queue, 'failed') };
  }

  private keyOf(queue: QueueName): string {
    return this.queues[queue].toKey('failed');
  }
}

function queuesOf({ queue }: DeadLetterFilter): readonly QueueName[] {
  return queue === undefined ? QUEUE_NAMES : [queue];
}
