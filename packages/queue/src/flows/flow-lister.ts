import type { JobState as BullState } from 'bullmq';
import type { RedisClient } from '../connection.js';
import { queueOfJobId } from '../job-id.js';
import { toJobRecord } from '../job-record.js';
import type { Place } from '../ordered-set.js';
import type { Queues } from '../queues.js';
import { type JobHash, toStoredJob } from '../stored-job.js';
import type { FlowState, FlowSummary } from './flow.js';
import { decodeEntry, type FlowEntry, FlowIndex } from './flow-index.js';
import { FlowReader } from './flow-reader.js';
import { toFlowState } from './flow-tree.js';

/** Flows looked at for one page, however many of them a filter leaves out. */
const LOOKED_AT = 500;
/** Flows read at once. */
const [LEAST_AT_ONCE, MOST_AT_ONCE] = [20, 100];

/** Of the root's hash all but what may be large. */
const FIELDS = ['name', 'opts', 'timestamp', 'delay', 'processedOn', 'finishedOn', 'failedReason', 'stacktrace', 'defa'] as const;

/** Which flows to list: those that have all that is given. */
export interface FlowFilter {
  readonly tenant?: string;
  readonly states: readonly FlowState[];
}

export interface FlowPage {
  readonly items: readonly FlowSummary[];
  /** Where the next page starts; undefined after the last. A page may be empty and not the last. */
  readonly next?: Place;
}

/** Lists flows, the newest first. A flow costs the same whatever the number of its jobs. */
export class FlowLister {
  private readonly index: FlowIndex;
  private readonly reader: FlowReader;

  constructor(
    private readonly queues: Queues,
    private readonly redis: RedisClient,
    prefix: string,
  ) {
    this.index = new FlowIndex(queues, redis, prefix);
    this.reader = new FlowReader(queues, redis);
  }

  async list({ tenant, states }: FlowFilter, limit: number, after?: Place): Promise<FlowPage> {
    const items: FlowSummary[] = [];
    const count = Math.min(MOST_AT_ONCE, Math.max(LEAST_AT_ONCE, limit));
    let next = after;
    for (let looked = 0; looked < LOOKED_AT; looked += count) {
      const places = await this.index.read(tenant, next, count);
      const flows = await this.read(places.map(({ member }) => decodeEntry(member)));
      for (const [index, flow] of flows.entries()) {
        next = places[index];
        if (flow && states.includes(flow.state)) items.push(flow);
        if (items.length === limit && (places.length === count || next !== places.at(-1))) return { items, next };
      }
      if (places.length < count) return { items };
    }
    return { items, next };
  }

  /** Hashes before places: a root that ends in between has ended, and how its place tells. */
  private async read(entries: readonly FlowEntry[]): Promise<(FlowSummary | undefined)[]> {
    const hashes = await Promise.all(entries.map((entry) => this.hashOf(entry)));
    const places = await this.reader.places(entries.map(({ id }) => id));
    await this.index.forget(entries.filter((_entry, index) => hashes[index]?.name === undefined));
    return entries.map((entry, index) => this.toSummary(entry, hashes[index] ?? {}, places[index] ?? 'waiting'));
  }

  private async hashOf({ id }: FlowEntry): Promise<JobHash> {
    const values = await this.redis.hmget(this.reader.keyOf(id), ...FIELDS);
    const hash: Record<string, string> = {};
    for (const [index, field] of FIELDS.entries()) {
      const value = values[index];
      if (typeof value === 'string') hash[field] = value;
    }
    return hash;
  }

  /** Nothing when its root is not kept any more. */
  private toSummary({ id, tenant, jobs }: FlowEntry, hash: JobHash, place: BullState): FlowSummary | undefined {
    const queue = queueOfJobId(id);
    if (queue === undefined || hash.name === undefined) return undefined;
    const { name, state, submittedAt, finishedAt, error } = toJobRecord(toStoredJob(this.queues[queue], id, hash), queue, place);
    return { id, name, tenant, state: toFlowState(state), jobs, submittedAt, finishedAt, error };
  }
}
