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
 * Whose children failed cannot complete, so they come first; whose children run waits for them. A child counts for its
 * parent again unless that has gone on without it.
 *
 * KEYS: job, failed, delayed, wait, prioritized, pc, waiting-children, active, meta, marker, events, wishes to cancel,
 * operation. ARGV: id, entry of a wish, now, line of history, data to store, when it ended, operation's id and token.
 * 1: redriven, 0: it is not what it was taken for, -1: no such job, -2: children failed
 */
const REDRIVE = new Script(
  `
${FENCE_LUA}
local job, failed, delayed, wait, prioritized, counter, waitingChildren = unpack(KEYS, 1, 7)
local active, meta, marker, events, wishes = unpack(KEYS, 8, 12)
local id, wish, now, line, data, ended = unpack(ARGV, 1, 6)

if redis.call('EXISTS', job) == 0 then return -1 end
local score = redis.call('ZSCORE', failed, id)
if score then
  if ended ~= '' and tonumber(score) ~= tonumber(ended) then return 0 end
  if operation and redis.call('HGET', job, 'dts:operation') == operationId then return 0 end
  if redis.call('ZCARD', job .. ':unsuccessful') > 0 then return -2 end
elseif operation or redis.call('HGET', job, 'defa') ~= '${CANCELLED}' or redis.call('EXISTS', job .. ':lock') == 1
  or redis.call('HEXISTS', job, 'finishedOn') == 1 then return 0 end

redis.call('HDEL', job, 'finishedOn', 'processedOn', 'failedReason', 'defa', 'atm', 'ats', 'stc', 'dts:starts')
redis.call('SREM', wishes, wish)
local history = redis.call('HGET', job, 'stacktrace') or '[]'
history = history == '[]' and '[' .. line .. ']' or string.sub(history, 1, -2) .. ',' .. line .. ']'
redis.call('HSET', job, 'stacktrace', history, 'delay', 0)
if data ~= '' then redis.call('HSET', job, 'data', data) end
if operation then redis.call('HSET', job, 'dts:operation', operationId) end
count()

local previous = redis.call('ZREM', failed, id) == 1 and 'failed' or redis.call('ZREM', delayed, id) == 1 and 'delayed'
  or redis.call('LREM', wait, 1, id) == 1 and 'waiting'
if not previous then return 1 end

local parent = redis.call('HGET', job, 'parentKey')
if parent and previous == 'failed' then
  local parentQueue, parentId = string.match(parent, '^(.*:)([^:]+)$')
  local waits = redis.call('ZSCORE', parentQueue .. 'waiting-children', parentId) or redis.call('ZSCORE', parentQueue .. 'failed', parentId)
  if waits and (redis.call('ZREM', parent .. ':unsuccessful', job) == 1 or redis.call('HDEL', parent .. ':failed', job) == 1) then
    redis.call('SADD', parent .. ':dependencies', job)
  end
end

local function tell(event)
  local most = redis.call('HGET', meta, 'opts.maxLenEvents') or 10000
  redis.call('XADD', events, 'MAXLEN', '~', most, '*', 'event', event, 'jobId', id, 'prev', previous)
end
if redis.call('SCARD', job .. ':dependencies') > 0 then
  redis.call('ZADD', waitingChildren, now, id)
  tell('waiting-children')
  return 1
end
local priority = tonumber(redis.call('HGET', job, 'priority')) or 0
if priority == 0 then redis.call('LPUSH', wait, id)
else redis.call('ZADD', prioritized, priority * 0x100000000 + redis.call('INCR', counter) % 0x100000000, id) end
local limits = redis.call('HMGET', meta, 'paused', 'concurrency')
local held = limits[1] or limits[2] and redis.call('LLEN', active) >= tonumber(limits[2])
if not held then redis.call('ZADD', marker, 0, '0') end
tell('waiting')
return 1`,
  13,
);

const SETS = ['failed', 'delayed', 'wait', 'prioritized', 'pc', 'waiting-children', 'active', 'meta', 'marker', 'events'];

/** `changed`: it is not dead any more, or not for the reason for which it was to be redriven. */
export type Redriven = 'redriven' | 'changed' | 'missing' | 'children-failed' | 'fenced';

const OUTCOMES: ReadonlyMap<unknown, Redriven> = new Map<number, Redriven>([
  [1, 'redriven'],
  [-1, 'missing'],
  [-2, 'children-failed'],
  [FENCED, 'fenced'],
]);

/** For whom a job is redriven, and as what it was found. */
export interface Found {
  readonly fence: Fence;
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
