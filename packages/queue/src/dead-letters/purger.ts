import type { RedisClient } from '../connection.js';
import { claimKeyOf, type DeadEnd } from '../idempotency.js';
import type { JobRecord } from '../job-record.js';
import type { Queues } from '../queues.js';
import { Script } from '../script.js';
import { FENCE_LUA, FENCED, fenceArguments } from './fence.js';
import type { Found } from './redriver.js';

/**
 * What BullMQ's `remove` does with a failed job (commands/includes/removeJobWithChildren.lua of 6.7.0), and only as long as it
 * is the dead job that was found: `remove` would take a job as well that was redriven a moment before. A job for which a
 * parent waits still is let be: removing it would set the parent going. The claim of the job's key stays, and tells from
 * now on what became of it.
 *
 * KEYS: job, failed, meta, events, wishes to cancel, claim, operation. ARGV: id, entry of a wish, when it ended, what the claim is to
 * say, operation's id and token. 1: removed, 0: it is not what it was taken for, -2: its parent waits for it
 */
const PURGE = new Script(
  `
${FENCE_LUA}
local job, failed, meta, events, wishes, claimKey = unpack(KEYS, 1, 6)
local id, wish, ended, last = unpack(ARGV, 1, 4)
local score = redis.call('ZSCORE', failed, id)
if not score or tonumber(score) ~= tonumber(ended) then return 0 end
local parent = redis.call('HGET', job, 'parentKey')
if parent and redis.call('SISMEMBER', parent .. ':dependencies', job) == 1 then return -2 end
redis.call('ZREM', failed, id)
redis.call('SREM', wishes, wish)
for _, part in ipairs({ '', ':logs', ':dependencies', ':processed', ':failed', ':unsuccessful' }) do redis.call('DEL', job .. part) end
local claim = redis.call('GET', claimKey)
if claim then redis.call('SET', claimKey, string.sub(claim, 1, -2) .. ',' .. last .. '}', 'KEEPTTL') end
local most = redis.call('HGET', meta, 'opts.maxLenEvents') or 10000
redis.call('XADD', events, 'MAXLEN', '~', most, '*', 'event', 'removed', 'jobId', id, 'prev', 'failed')
count()
return 1`,
  7,
);

/** `changed`: it is not the dead job any more that was found; `awaited`: its parent waits for it. */
export type Purged = 'purged' | 'changed' | 'awaited' | 'fenced';

const OUTCOMES: ReadonlyMap<unknown, Purged> = new Map<number, Purged>([
  [1, 'purged'],
  [-2, 'awaited'],
  [FENCED, 'fenced'],
]);

/** Removes dead jobs for good. */
export class Purger {
  constructor(
    private readonly queues: Queues,
    private readonly redis: RedisClient,
    private readonly prefix: string,
  ) {}

  async purge({ id, queue, finishedAt, error }: JobRecord, found: Found): Promise<Purged> {
    const toKey = (type: string) => this.queues[queue].toKey(type);
    const fence = fenceArguments(found.fence, toKey(id));
    const keys = [
      toKey(id),
      toKey('failed'),
      toKey('meta'),
      toKey('events'),
      `${this.prefix}:cancelling`,
      claimKeyOf(this.prefix, id),
      fence.key,
    ];
    const values = [id, `${queue}:${id}`, found.finishedAt, toMembers({ finishedAt, error }), ...fence.values];
    return OUTCOMES.get(await PURGE.run(this.redis, ...keys, ...values)) ?? 'changed';
  }
}

/** Members of a claim: the job was stored, and this is how it ended. */
function toMembers(end: DeadEnd): string {
  return JSON.stringify({ stored: true, end }).slice(1, -1);
}
