import type { RedisClient } from '../connection.js';
import { OURS_BYTES } from '../job-data.js';
import { queueOfJobId } from '../job-id.js';
import { type JobRecord, toJobRecord } from '../job-record.js';
import type { Queues } from '../queues.js';
import type { Script } from '../script.js';
import { type JobHash, toStoredJob } from '../stored-job.js';
import type { Sieve } from './job-filter.js';
import { placeOf, type Section } from './place.js';
import { READ_CHOSEN, READ_LINE, READ_SET, READ_STARTS } from './scripts.js';

/** Where in a section a page ended: behind this job, and what tells its place when it is not there any more. */
export interface Mark {
  readonly id: string;
  readonly order: string;
}

export interface Reading {
  /** Jobs to find. */
  readonly limit: number;
  /** Jobs to look at. */
  readonly look: number;
  readonly after?: Mark;
  readonly sieve: Sieve;
}

export interface Stretch {
  readonly jobs: readonly JobRecord[];
  readonly looked: number;
  /** Read of the jobs that passed the sieve. */
  readonly bytes: number;
  /** Where it ended; undefined at the section's end. */
  readonly next?: Mark;
}

type Found = readonly [id: string, hash: readonly string[]];
type Reply = [candidates: number, looked: number, bytes: number, id: string, order: string, found: Found[]];

/** A payload and a result may have 256 KiB each: a page of the largest jobs is shorter. */
const MAX_BYTES = 2 * 1024 * 1024;

/** Reads jobs of one section, newest first: those that entered it last, or, of delayed ones, those that are due last. */
export class SectionReader {
  constructor(
    private readonly queues: Queues,
    private readonly redis: RedisClient,
  ) {}

  async read(section: Section, reading: Reading): Promise<Stretch> {
    switch (placeOf(section).kind) {
      case 'set':
        return this.run(READ_SET, section, reading);
      case 'line':
        return this.run(READ_LINE, section, reading);
      case 'bag':
        return this.readBag(section, reading);
    }
  }

  /** Jobs leave it in any order, so only the order of their starts tells what comes behind a mark. It is as large as the workers' slots are many. */
  private async readBag(section: Section, reading: Reading): Promise<Stretch> {
    const [ids, starts] = (await READ_STARTS.run(this.redis, this.keyOf(section), this.jobPrefix(section))) as [string[], string[]];
    const { after, look } = reading;
    const behind = ids
      .map((id, index): Mark => ({ id, order: starts[index] ?? '0' }))
      .filter((job) => after === undefined || byStart(after, job) < 0)
      .sort(byStart);
    const chosen = behind.slice(0, look);
    const stretch = await this.run(READ_CHOSEN, section, reading, chosen);
    return { ...stretch, next: stretch.next ?? (behind.length > look ? chosen.at(-1) : undefined) };
  }

  private async run(script: Script, section: Section, reading: Reading, chosen?: readonly Mark[]): Promise<Stretch> {
    const { limit, look, after, sieve } = reading;
    const request = JSON.stringify({ ...sieve, ...scoresOf(section), tail: OURS_BYTES, limit, look, bytes: MAX_BYTES, after, chosen });
    const reply = (await script.run(this.redis, this.keyOf(section), this.jobPrefix(section), request)) as Reply;
    const [candidates, looked, bytes, id, order, found] = reply;
    const isCut = looked < candidates || (chosen === undefined && candidates === look);
    return { jobs: this.toRecords(section, found), looked, bytes, ...(isCut && { next: { id, order } }) };
  }

  /** What has no id of ours cannot be read by its id, either. */
  private toRecords(section: Section, found: readonly Found[]): JobRecord[] {
    const { queue } = section;
    return found
      .filter(([id]) => queueOfJobId(id) === queue)
      .map(([id, hash]) => toJobRecord(toStoredJob(this.queues[queue], id, toHash(hash)), queue, placeOf(section).bullState));
  }

  private keyOf(section: Section): string {
    return this.queues[section.queue].toKey(placeOf(section).key);
  }

  private jobPrefix({ queue }: Section): string {
    return this.queues[queue].toKey('');
  }
}

/** As Redis reads them: Lua would round them. */
function scoresOf(section: Section): { from?: string; below?: string } {
  const scores = Object.entries(placeOf(section).scores ?? {});
  return Object.fromEntries(scores.map(([bound, score]) => [bound, String(score)]));
}

/** The latest first, and in a fixed order where they are equal. */
function byStart(a: Mark, b: Mark): number {
  return Number(b.order) - Number(a.order) || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
}

function toHash(flat: readonly string[]): JobHash {
  const hash: Record<string, string> = {};
  for (let index = 0; index < flat.length; index += 2) hash[flat[index] ?? ''] = flat[index + 1] ?? '';
  return hash;
}
