import type { QueueName } from '@dts/jobs';
import { encodeRedrive } from '../attempt.js';
import { CANCELLED } from '../cancelled.js';
import type { RedisClient } from '../connection.js';
import type { StoredJob } from '../job-record.js';
import type { Queues } from '../queues.js';
import { Script } from '../script.js';
import { FENCE_LUA, FENCED, type Fence, fenceArguments } from './fence.js';

/**
 * What BullMQ's `retry` does (commands/reprocessJob-9.lua of 6.7.0), and in the same step what it leaves: the count of
 * stalls (`stc`) and our own of starts (`dts:starts`), which would lead a job that was mended into quarantine; the wish to
 * cancel it; a line in its history. In one script, so that nobody who dies half way leaves a job half redriven.
 *
 * Of a job that was cancelled and that no worker has come by yet, the cancellation is taken back, and it takes its place anew.
 * Whose children failed cannot complete, so they come first, unless they are gone; whose children run waits for them. A child
 * counts for its parent again unless that has gone on without it. A parent that died of nothing else waits for it again, as if
 * it had been redriven as well, and so does who waits for that one: a flow comes back to life in whatever order it is redriven.
 *
 * KEYS: job, failed, delayed, wait, prioritized, pc, waiting-children, active, meta, marker, wishes to cancel,
 * operation. ARGV: id, entry of a wish, now, line of history, data to store, when it ended, operation's id and token.
 * 1: redriven, 0: it is not what it was taken for, -1: no such job, -2: children failed
 */
const REDRIVE = new Script(
  `
${FENCE_LUA}
local job, failed, delayed, wait, prioritized, counter, waitingChildren = unpack(KEYS, 1, 7)
local active, meta, marker, wishes = unpack(KEYS, 8, 11)
local id, wish, now, line, data, ended = unpack(ARGV, 1, 6)

local function renew(key)
  local queue, member = string.match(key, '^(.*:)([^:]+)$')
  for _, set in ipairs({ 'cancelled', 'expired' }) do redis.call('ZREM', queue .. set, member) end
  redis.call('HDEL', key, 'finishedOn', 'processedOn', 'failedReason', 'defa', 'atm', 'ats', 'stc', 'dts:starts')
  local history = redis.call('HGET', key, 'stacktrace') or '[]'
  history = history == '[]' and '[' .. line .. ']' or string.sub(history, 1, -2) .. ',' .. line .. ']'
  redis.call('HSET', key, 'stacktrace', history, 'delay', 0)
end

local function tell(queue, ...)
  local most = redis.call('HGET', queue .. 'meta', 'opts.maxLenEvents') or 10000
  redis.call('XADD', queue .. 'events', 'MAXLEN', '~', most, '*', 'event', ...)
end

local function rejoin(child)
  local parent = redis.call('HGET', child, 'parentKey')
  if not parent then return end
  local queue, parentId = string.match(parent, '^(.*:)([^:]+)$')
  local isDead = redis.call('ZSCORE', queue .. 'failed', parentId)
  if not isDead and not redis.call('ZSCORE', queue .. 'waiting-children', parentId) then return end
  local failedIt = redis.call('ZREM', parent .. ':unsuccessful', child) == 1
  if not failedIt and redis.call('HDEL', parent .. ':failed', child) == 0 then return end
  redis.call('SADD', parent .. ':dependencies', child)
  local diedOfIt = isDead and failedIt and redis.call('HGET', parent, 'failedReason') ~= '${CANCELLED}'
  if not diedOfIt or redis.call('ZCARD', parent .. ':unsuccessful') > 0 then return end
  redis.call('ZREM', queue .. 'failed', parentId)
  renew(parent)
  redis.call('ZADD', queue .. 'waiting-children', now, parentId)
  tell(queue, 'waiting-children', 'jobId', parentId, 'prev', 'failed')
  rejoin(parent)
end

if redis.call('EXISTS', job) == 0 then return -1 end
local score = redis.call('ZSCORE', failed, id)
if score then
  if ended ~= '' and tonumber(score) ~= tonumber(ended) then return 0 end
  if operation and redis.call('HGET', job, 'dts:operation') == operationId then return 0 end
  for _, child in ipairs(redis.call('ZRANGE', job .. ':unsuccessful', 0, -1)) do
    if redis.call('EXISTS', child) == 1 then return -2 end
  end
  redis.call('DEL', job .. ':unsuccessful')
elseif operation or redis.call('HGET', job, 'defa') ~= '${CANCELLED}' or redis.call('EXISTS', job .. ':lock') == 1
  or redis.call('HEXISTS', job, 'finishedOn') == 1 then return 0 end

renew(job)
redis.call('SREM', wishes, wish)
if data ~= '' then redis.call('HSET', job, 'data', data) end
if operation then redis.call('HSET', job, 'dts:operation', operationId) end
count()

local previous = redis.call('ZREM', failed, id) == 1 and 'failed' or redis.call('ZREM', delayed, id) == 1 and 'delayed'
  or redis.call('LREM', wait, 1, id) == 1 and 'waiting'
if not previous then return 1 end

local queue = string.sub(job, 1, -1 - #id)
if previous == 'failed' then rejoin(job) end
if redis.call('SCARD', job .. ':dependencies') > 0 then
  redis.call('ZADD', waitingChildren, now, id)
  tell(queue, 'waiting-children', 'jobId', id, 'prev', previous)
  return 1
end
local priority = tonumber(redis.call('HGET', job, 'priority')) or 0
if priority == 0 then redis.call('LPUSH', wait, id)
else redis.call('ZADD', prioritized, priority * 0x100000000 + redis.call('INCR', counter) % 0x100000000, id) end
local limits = redis.call('HMGET', meta, 'paused', 'concurrency')
local held = limits[1] or limits[2] and redis.call('LLEN', active) >= tonumber(limits[2])
if not held then redis.call('ZADD', marker, 0, '0') end
tell(queue, 'waiting', 'jobId', id, 'prev', previous)
return 1`,
  12,
);

const SETS = ['failed', 'delayed', 'wait', 'prioritized', 'pc', 'waiting-children', 'active', 'meta', 'marker'];

/** `changed`: it is not dead any more, or not for the reason for which it was to be redriven. */
export type Redriven = 'redriven' | 'changed' | 'missing' | 'children-failed' | 'fenced';

const OUTCOMES: ReadonlyMap<unknown, Redriven> = new Map<number, Redriven>([
  [1, 'redriven'],
  [-1, 'missing'],
  [-2, 'children-failed'],
  [FENCED, 'fenced'],
]);

/** As what a job was found, and for whom. */
export interface Found {
  /** Of the operation; none where nobody asked for it. */
  readonly fence?: Fence;
  /** Unix milliseconds, as it was read. */
  readonly finishedAt: number;
}

/** Lets jobs that have ended start anew, with their ids, their keys and their history. */
export class Redriver {
  constructor(
    private readonly queues: Queues,
    private readonly redis: RedisClient,
    private readonly prefix: string,
  ) {}

  /** @param found as long as nothing has changed only; unless given, whatever the job died of */
  async redrive(queue: QueueName, stored: StoredJob, found?: Found): Promise<Redriven> {
    const id = stored.id as string;
    const toKey = (type: string) => this.queues[queue].toKey(type);
    const fence = fenceArguments(found?.fence, toKey(id));
    const now = Date.now();
    const keys = [toKey(id), ...SETS.map(toKey), `${this.prefix}:cancelling`, fence.key];
    const line = JSON.stringify(encodeRedrive(now));
    const values = [id, `${queue}:${id}`, now, line, dataFor(stored, now), found?.finishedAt ?? '', ...fence.values];
    return OUTCOMES.get(await REDRIVE.run(this.redis, ...keys, ...values)) ?? 'changed';
  }
}

/** A time by which the job was to start is over: whoever redrives it wants it to run all the same. */
function dataFor({ data }: StoredJob, now: number): string {
  const { startBy, ...rest } = data;
  return startBy !== undefined && startBy < now ? JSON.stringify(rest) : '';
}
