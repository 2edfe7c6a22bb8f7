import type { RedisClient } from '../connection.js';
import { queueOfJobId } from '../job-id.js';
import { type Place, readPlaces } from '../ordered-set.js';
import type { Queues } from '../queues.js';

/** A flow as it is listed. */
export interface FlowEntry {
  readonly id: string;
  readonly tenant: string;
  /** Jobs of it. */
  readonly jobs: number;
}

/**
 * Lists of flows by when they were submitted: of all, and of each tenant. A flow is written into both in the step that stores it. When
 * its root is not kept any more, it is taken out by whoever comes by.
 */
export class FlowIndex {
  /** Where all are. */
  readonly all: string;

  constructor(
    private readonly queues: Queues,
    private readonly redis: RedisClient,
    prefix: string,
  ) {
    this.all = `${prefix}:flows`;
  }

  of(tenant: string): string {
    return `${this.all}:of:${tenant}`;
  }

  /** The newest first. */
  read(tenant: string | undefined, after: Place | undefined, count: number): Promise<Place[]> {
    return readPlaces(this.redis, tenant === undefined ? this.all : this.of(tenant), { first: 'highest', after }, count);
  }

  /** Takes out those whose root is gone. @returns how many */
  async forgetGone(places: readonly Place[]): Promise<number> {
    const entries = places.map(({ member }) => decodeEntry(member));
    const kept = await Promise.all(entries.map(({ id }) => this.isKept(id)));
    const gone = entries.filter((_entry, index) => !kept[index]);
    await this.forget(gone);
    return gone.length;
  }

  async forget(entries: readonly FlowEntry[]): Promise<void> {
    const lists = entries.flatMap((entry) => [this.all, this.of(entry.tenant)].map((key) => ({ key, entry })));
    await Promise.all(lists.map(({ key, entry }) => this.redis.zrem(key, encodeEntry(entry))));
  }

  private async isKept(id: string): Promise<boolean> {
    const queue = queueOfJobId(id);
    return queue !== undefined && (await this.redis.exists(this.queues[queue].toKey(id))) === 1;
  }
}

/** As a member of the lists: neither ids nor tenants have spaces. */
export function encodeEntry({ id, tenant, jobs }: FlowEntry): string {
  return `${id} ${tenant} ${jobs}`;
}

export function decodeEntry(member: string): FlowEntry {
  const [id = '', tenant = '', jobs = ''] = member.split(' ');
  return { id, tenant, jobs: Number(jobs) };
}
