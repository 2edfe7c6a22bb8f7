import type { RedisClient } from '../connection.js';
import { claimKeyOf, type FailedEnd } from '../idempotency.js';
import type { JobRecord } from '../job-record.js';
import type { Queues } from '../queues.js';
import { Script } from '../script.js';
import { FENCE_LUA, FENCED, fenceArguments } from './fence.js';
import type { Found } from './redriver.js';

/**
 * What BullMQ's `remove` does with a failed job (commands/includes/removeJobWithChildren.lua of 6.7.0), and only as long as it
 * is the job that was found: `remove` would take a job as well that was redriven a moment before. A job for which a
 * parent waits still is let be: removing it would set the parent going. One that nobody asked to be removed, because it is kept
 * long enough, stays as long as its parent is kept, which may be retried only after it. The claim of the job's key stays, and tells
 * from now on what became of it.
 *
 * KEYS: job, failed, cancelled, expired, meta, events, wishes to cancel, claim, operation. ARGV: id, entry of a wish, when it
 * ended, what the claim is to say, operation's id and token. 1: removed, 0: it is not what it was taken for, -2: its parent waits for it
 */
const PURGE = new Script(
  `
${FENCE_LUA}
local job, failed, cancelled, expired, meta, events, wishes, claimKey = unpack(KEYS, 1, 8)
local id, wish, ended, last = unpack(ARGV, 1, 4)
local score = redis.call('ZSCORE', failed, id)
if not score or tonumber(score) ~= tonumber(ended) then return 0 end
local parent = redis.call('HGET', job, 'parentKey')
if parent and not operation and redis.call('EXISTS', parent) == 1 then return -2 end
if parent and redis.call('SISMEMBER', parent .. ':dependencies', job) == 1 then return -2 end
for _, set in ipairs({ failed, cancelled, expired }) do redis.call('ZREM', set, id) end
redis.call('SREM', wishes, wish)
for _, part in ipairs({ '', ':logs', ':dependencies', ':processed', ':failed', ':unsuccessful' }) do redis.call('DEL', job .. part) end
local claim = redis.call('GET', claimKey)
if claim then redis.call('SET', claimKey, string.sub(claim, 1, -2) .. ',' .. last .. '}', 'KEEPTTL') end
local most = redis.call('HGET', meta, 'opts.maxLenEvents') or 10000
redis.call('XADD', events, 'MAXLEN', '~', most, '*', 'event', 'removed', 'jobId', id, 'prev', 'failed')
count()
return 1`,
  9,
);

type Purgeable = Pick<JobRecord, 'id' | 'queue' | 'finishedAt' | 'error'>;

/** `changed`: it is not the job any more that was found; `awaited`: because of its parent it must stay. */
export type Purged = 'purged' | 'changed' | 'awaited' | 'fenced';

const OUTCOMES: ReadonlyMap<unknown, Purged> = new Map<number, Purged>([
  [1, 'purged'],
  [-2, 'awaited'],
  [FENCED, 'fenced'],
]);

/** Removes jobs that have failed, for good. */
export class Purger {
  constructor(
    private readonly queues: Queues,
    private readonly redis: RedisClient,
    private readonly prefix: string,
  ) {}

  async purge({ id, queue, finishedAt, error }: Purgeable, found: Found): Promise<Purged> {
    const toKey = (type: string) => this.queues[queue].toKey(type);
    const fence = fenceArguments(found.fence, toKey(id));
    const parts = [id, 'failed', 'cancelled', 'expired', 'meta', 'events'].map(toKey);
    const keys = [...parts, `${this.prefix}:cancelling`, claimKeyOf(this.prefix, id), fence.key];
    const values = [id, `${queue}:${id}`, found.finishedAt, toMembers({ finishedAt, error }), ...fence.values];
    return OUTCOMES.get(await PURGE.run(this.redis, ...keys, ...values)) ?? 'changed';
  }
}

/** Members of a claim: the job was stored, and this is how it ended. */
function toMembers(end: FailedEnd): string {
  return JSON.stringify({ stored: true, end }).slice(1, -1);
}
