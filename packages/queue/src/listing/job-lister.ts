import type { RedisClient } from '../connection.js';
import type { JobRecord } from '../job-record.js';
import type { Queues } from '../queues.js';
import { toUnreadable } from '../redis-failure.js';
import { type JobFilter, matches, sieveFor } from './job-filter.js';
import { placeOf, type Section, sectionsOf } from './place.js';
import { type Mark, SectionReader } from './section-reader.js';

/** What one page may cost, whatever matches: jobs looked at, and bytes read of those that are told or nearly were. */
const LOOKED_AT = 1_000;
const BYTES = 4 * 1024 * 1024;
/** Looked at in one step: Redis does nothing else meanwhile. */
const LOOKED_AT_ONCE = 250;

/** Where a page ended. */
export interface ListPosition extends Section {
  readonly after?: Mark;
}

export interface JobPage {
  readonly items: readonly JobRecord[];
  /** Where the next page starts; undefined after the last. */
  readonly next?: ListPosition;
}

/**
 * Lists jobs where they are, without an index of our own: place by place, in each place of a queue those that came last, or whose
 * turn comes last, first. A job that stays where it is while it is paged through is told exactly once; a new one may be told again
 * when it has got its place in line. One that moves on may be told in both places; it is
 * missed only when it moves back (a retry, a hand-over), or comes into the place that is being read, before where the page is.
 */
export class JobLister {
  private readonly reader: SectionReader;

  constructor(
    private readonly queues: Queues,
    private readonly redis: RedisClient,
  ) {
    this.reader = new SectionReader(queues, redis);
  }

  /** @throws QueueError `unavailable` */
  async list(filter: JobFilter, limit: number, from?: ListPosition): Promise<JobPage> {
    try {
      return await this.read(filter, limit, await this.sectionsFrom(filter, from), from?.after);
    } catch (error) {
      throw toUnreadable(error);
    }
  }

  private async read(filter: JobFilter, limit: number, sections: readonly Section[], start: Mark | undefined): Promise<JobPage> {
    const items: JobRecord[] = [];
    let [looked, bytes, after] = [0, 0, start];
    for (const section of sections) {
      const sieve = sieveFor(filter, placeOf(section));
      do {
        if (items.length >= limit || looked >= LOOKED_AT || bytes >= BYTES) return { items, next: { ...section, after } };
        const stretch = await this.reader.read(section, { limit: limit - items.length, look: LOOKED_AT_ONCE, after, sieve });
        items.push(...stretch.jobs.filter((job) => matches(filter, job)));
        looked += stretch.looked;
        bytes += stretch.bytes;
        after = stretch.next;
      } while (after);
    }
    return { items };
  }

  /** What is left to read. Most places are empty, as one round trip tells of all of them. */
  private async sectionsFrom({ states, queue }: JobFilter, from: ListPosition | undefined): Promise<Section[]> {
    const all = sectionsOf(states, queue);
    const start = from === undefined ? 0 : all.findIndex((section) => section.place === from.place && section.queue === from.queue);
    const left = all.slice(Math.max(0, start));
    const sizes = await Promise.all(left.map((section) => this.redis.exists(this.queues[section.queue].toKey(placeOf(section).key))));
    // The first one stays, also when it has become empty: the mark belongs to it.
    return left.filter((_section, index) => index === 0 || sizes[index] === 1);
  }
}
