import type { JobError } from '../attempt.js';
import type { RedisClient } from '../connection.js';
import type { JobRecord, JobState } from '../job-record.js';
import type { Queues } from '../queues.js';
import { Script } from '../script.js';
import type { ChildLink, FlowLink, OnFailure } from './flow-link.js';
import { FlowReader } from './flow-reader.js';

/** A child as its parent is told of it. */
export interface ChildRecord {
  readonly id: string;
  readonly name: string;
  readonly onFailure: OnFailure;
  readonly state: JobState;
  /** Null unless it completed. */
  readonly result: unknown;
  readonly error: JobError | null;
}

/**
 * Whether a parent may run. It is asked at each start, because people, too, start jobs: they retry a parent whose child is
 * dead, or is retried just now. One that went on because of a `continue` child is bound to no other any more: BullMQ would
 * refuse its result as long as one of them runs. KEYS: the parent. ARGV: its `continue` children.
 */
const READY = new Script(
  `
local failed = redis.call('ZRANGE', KEYS[1] .. ':unsuccessful', 0, 0)[1]
if failed then return failed end
for _, child in ipairs(ARGV) do
  if redis.call('HEXISTS', KEYS[1] .. ':failed', child) == 1 then
    redis.call('DEL', KEYS[1] .. ':dependencies')
    return 1
  end
end
return redis.call('SCARD', KEYS[1] .. ':dependencies') == 0 and 1 or 0`,
  1,
);

export type Readiness = 'ready' | 'waiting' | { readonly failedChild: string };

/** The children of a parent that a worker holds. */
export class Children {
  private readonly reader: FlowReader;

  constructor(
    queues: Queues,
    private readonly redis: RedisClient,
  ) {
    this.reader = new FlowReader(queues, redis);
  }

  async readinessOf(parentId: string, { children = [] }: FlowLink): Promise<Readiness> {
    if (children.length === 0) return 'ready';
    const continuing = children.filter(({ onFailure }) => onFailure === 'continue').map(({ id }) => this.reader.keyOf(id));
    const reply = await READY.run(this.redis, this.reader.keyOf(parentId), ...continuing);
    if (typeof reply === 'string') return { failedChild: reply.slice(reply.lastIndexOf(':') + 1) };
    return reply === 1 ? 'ready' : 'waiting';
  }

  /** In the order of the submission, without `remove` children that have failed; all of them, or `count` from the `from`th on. */
  async read(parentId: string, { children: all = [] }: FlowLink, from = 0, count = all.length): Promise<ChildRecord[]> {
    const children = all.slice(from, from + count);
    const told: ChildRecord[] = [];
    const links = new Map(children.map((link) => [link.id, link]));
    for await (const [id, record] of this.reader.records([...links.keys()])) {
      const child = toChild(links.get(id) as ChildLink, record ?? (await this.reader.endOf(id, parentId)));
      if (child.onFailure !== 'remove' || !hasFailed(child)) told.push(child);
    }
    return told;
  }
}

function toChild({ id, name, onFailure }: ChildLink, { state, result, error }: Pick<JobRecord, 'state' | 'result' | 'error'>): ChildRecord {
  return { id, name, onFailure, state, result, error };
}

function hasFailed({ state }: ChildRecord): boolean {
  return state === 'dead' || state === 'cancelled' || state === 'expired';
}
