import type { Operation, OperationSpec, OperationState } from './operation.js';

/** An operation as it is stored. `done` grows in the scripts that change a job: see `dead-letters/fence.ts`. */
export type OperationHash = Readonly<
  Partial<
    Record<
      | 'spec'
      | 'print'
      | 'state'
      | 'toExamine'
      | 'examined'
      | 'matched'
      | 'done'
      | 'skipped'
      | 'failed'
      | 'createdAt'
      | 'updatedAt'
      | 'finishedAt'
      | 'error'
      | 'cursor'
      | 'token',
      string
    >
  >
>;

export function toOperation(id: string, hash: OperationHash): Operation {
  return {
    ...(JSON.parse(hash.spec ?? '{}') as OperationSpec),
    id,
    state: hash.state as OperationState,
    toExamine: Number(hash.toExamine ?? 0),
    examined: Number(hash.examined ?? 0),
    matched: Number(hash.matched ?? 0),
    done: Number(hash.done ?? 0),
    skipped: Number(hash.skipped ?? 0),
    failed: Number(hash.failed ?? 0),
    createdAt: Number(hash.createdAt),
    updatedAt: Number(hash.updatedAt),
    finishedAt: hash.finishedAt === undefined ? null : Number(hash.finishedAt),
    error: hash.error === undefined ? null : (JSON.parse(hash.error) as Operation['error']),
  };
}

const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/** Goes no further where somebody else has taken the turn over, or the operation has ended. */
const ours = (token: number) => `${NOW}
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[${token}] then return 0 end
`;

/** A leaky bucket (GCRA): `paid` is the time up to which a rate is used up. A second of it is saved at most, or one job. */
const PAID = `
local perJob = 1000 / rate
local paid = tonumber(redis.call('HGET', operation, 'paid') or redis.call('HGET', operation, 'createdAt'))
paid = math.max(paid, now - math.max(1000, perJob))
`;

/** The first turn is at once. Operations that are not kept any more leave the lists here: nobody may ever read them. */
export const START = `${NOW}
local id = ARGV[1]
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
if redis.call('SCARD', KEYS[5]) >= tonumber(ARGV[5]) then return -1 end
for _, list in ipairs({ KEYS[2], KEYS[3] }) do
  for _, old in ipairs(redis.call('ZRANGE', list, 0, ARGV[7] - 1)) do
    if redis.call('EXISTS', ARGV[6] .. old) == 0 then redis.call('ZREM', list, old) end
  end
  redis.call('ZADD', list, now, id)
end
redis.call('HSET', KEYS[1], 'print', ARGV[2], 'spec', ARGV[3], 'toExamine', ARGV[4], 'state', 'running', 'createdAt', now, 'updatedAt', now, 'token', 0)
redis.call('ZADD', KEYS[4], now, id)
redis.call('SADD', KEYS[5], id)
return 1`;

/** A turn has a token of its own; the one before is worth nothing from here on. */
export const TAKE = `${NOW}
local id = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 1)[1]
if not id then
  local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
  return { '', first[2] and math.max(0, math.ceil(first[2] - now)) or -1 }
end
local operation = ARGV[2] .. id
if redis.call('EXISTS', operation) == 0 then
  redis.call('ZREM', KEYS[1], id)
  return { '', 0 }
end
redis.call('ZADD', KEYS[1], now + ARGV[1], id)
redis.call('HINCRBY', operation, 'token', 1)
local allowed, wait = -1, 0
local rate = tonumber(cjson.decode(redis.call('HGET', operation, 'spec')).ratePerSecond)
if rate then
  ${PAID}
  allowed = math.floor((now - paid) / perJob)
  wait = math.max(0, math.ceil(paid + perJob - now))
end
return { id, redis.call('HGETALL', operation), allowed, wait }`;

export const SPEND = `${ours(1)}
local operation, rate = KEYS[1], tonumber(ARGV[3])
${PAID}
redis.call('HSET', operation, 'paid', paid + ARGV[2] * perJob)
return 1`;

export const SAVE = `${ours(2)}
if ARGV[3] ~= '' then redis.call('HSET', KEYS[1], 'cursor', ARGV[3]) end
redis.call('HSET', KEYS[1], 'updatedAt', now)
redis.call('HDEL', KEYS[1], 'failures')
for index, count in ipairs({ 'examined', 'matched', 'skipped', 'failed' }) do
  redis.call('HINCRBY', KEYS[1], count, ARGV[3 + index])
end
redis.call('ZADD', KEYS[2], now, ARGV[1])
return 1`;

export const OFFER = `${ours(2)}
redis.call('ZADD', KEYS[2], now + ARGV[3], ARGV[1])
return 1`;

/** The turn goes on until its time is over: that is the pause before the next one. */
export const FAIL = `${ours(1)}
return redis.call('HINCRBY', KEYS[1], 'failures', 1)`;

/** With another token: who is at it stops. */
export const FINISH = `${NOW}
if redis.call('HGET', KEYS[1], 'state') ~= 'running' then return 0 end
if ARGV[2] ~= '' and redis.call('HGET', KEYS[1], 'token') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'state', ARGV[3], 'finishedAt', now, 'updatedAt', now)
if ARGV[4] ~= '' then redis.call('HSET', KEYS[1], 'error', ARGV[4]) end
redis.call('HINCRBY', KEYS[1], 'token', 1)
redis.call('EXPIRE', KEYS[1], ARGV[5])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('SREM', KEYS[3], ARGV[1])
return 1`;
