import type { JobState as BullState } from 'bullmq';
import type { RedisClient } from '../connection.js';
import { queueOfJobId } from '../job-id.js';
import { type JobRecord, type StoredJob, toJobRecord } from '../job-record.js';
import type { Queues } from '../queues.js';
import type { ChildLink } from './flow-link.js';

/** Jobs read at once: each may have half a megabyte. */
const READ_AT_ONCE = 25;

/** Where each job is; by its lock whether it runs, because a look through the lists takes as long as they are. KEYS: the jobs. */
const PLACES = `
local places = {}
for i, job in ipairs(KEYS) do
  local queue, id = string.match(job, '^(.*:)([^:]+)$')
  places[i] = redis.call('EXISTS', job .. ':lock') == 1 and 'active' or 'waiting'
  for _, set in ipairs({ 'waiting-children', 'delayed', 'completed', 'failed' }) do
    if redis.call('ZSCORE', queue .. set, id) then places[i] = set end
  end
end
return places`;

/** How a child ended that is not kept any more: completed when its parent has a result of it. */
export type Ended =
  | { readonly state: 'completed'; readonly result: unknown; readonly error: null }
  | { readonly state: 'dead'; readonly result: null; readonly error: { readonly code: 'removed'; readonly message: string } };

/** Reads jobs that belong together. */
export class FlowReader {
  constructor(
    private readonly queues: Queues,
    private readonly redis: RedisClient,
  ) {}

  /** The links of the flow's root and of all below it; nothing when the job is gone or is no flow's root. */
  async tree(id: string): Promise<Omit<ChildLink, 'onFailure'> | undefined> {
    const job = await this.load(id);
    return job?.data.flow?.id === id ? { id, name: job.name, children: job.data.flow.children } : undefined;
  }

  /** Some at a time, in the order given; nothing for a job that is gone. */
  async *records(ids: readonly string[]): AsyncGenerator<[string, JobRecord | undefined], void, void> {
    for (let from = 0; from < ids.length; from += READ_AT_ONCE) {
      const part = ids.slice(from, from + READ_AT_ONCE);
      const places = await this.places(part);
      const jobs = await Promise.all(part.map((id) => this.load(id)));
      for (const [index, id] of part.entries()) yield [id, this.toRecord(jobs[index], places[index])];
    }
  }

  /** Where each job is, in the order given; `waiting` for one that is gone. */
  async places(ids: readonly string[]): Promise<BullState[]> {
    return (await this.redis.eval(PLACES, ids.length, ...ids.map((id) => this.keyOf(id)))) as BullState[];
  }

  async endOf(id: string, parentId: string): Promise<Ended> {
    const value = await this.redis.hget(`${this.keyOf(parentId)}:processed`, this.keyOf(id));
    if (value !== null) return { state: 'completed', result: JSON.parse(value), error: null };
    return { state: 'dead', result: null, error: { code: 'removed', message: `The job ${id} was removed.` } };
  }

  private toRecord(job: StoredJob | undefined, place: BullState = 'waiting'): JobRecord | undefined {
    const queue = queueOfJobId(job?.id ?? '');
    return queue && job && toJobRecord(job, queue, place);
  }

  private async load(id: string): Promise<StoredJob | undefined> {
    const queue = queueOfJobId(id);
    return queue && this.queues[queue].getJob(id);
  }

  keyOf(id: string): string {
    const queue = queueOfJobId(id);
    if (queue === undefined) throw new Error(`${JSON.stringify(id)} is no job's id`);
    return this.queues[queue].toKey(id);
  }
}
