import { ARRIVALS_FROM } from '../fairness/line.js';
import { SHARE_LUA } from '../fairness/share.js';
import { PARKED_FROM, PARKED_MS } from './parked.js';
import { TENANT_LIMITS } from './tenant-limits.js';

/** Milliseconds after which somebody looks whether a lane stands still: of a key, of a tenant, and while a job is on its way. */
export const LOOK_MS = 5_000;
const TENANT_LOOK_MS = 1_000;
const LOOK_SOON_MS = 500;
/** Microseconds after which a job that was announced and never stored is forgotten. */
const ANNOUNCED_US = 60_000_000;
/** Jobs of a lane that one call looks at. */
const AT_ONCE = 100;

/**
 * What the scripts on lanes share. A lane is a sorted set of jobs: score 0 for those let go, 1 for those started, and
 * above the place of those that wait, in microseconds of Redis's clock and never twice the same. How many are under way
 * is counted from the set each time, and whoever is in it for no reason is found by `mend`.
 *
 * `k:tenant:key` lets one job go at a time; `t:tenant` as many, and as fast, as the tenant's limits in this queue say.
 * A job passes the first before the second. ARGV[1]: start of the queue's keys.
 */
export const LANE_LUA = `
local base = ARGV[1]
local line, delayed = base .. 'prioritized', base .. 'delayed'
local time = redis.call('TIME')
local us = time[1] * 1000000 + time[2]
local now = math.floor(us / 1000)
${SHARE_LUA}
local function keyOf(lane) return base .. 'lane:' .. lane.name end

-- Who is to be looked at, and when: of tenants, which are few, and of keys, which may be so many that it takes its time.
local keyLanes, tenantLanes = base .. 'key-lanes', base .. 'tenant-lanes'
local function registry(lane) return lane.tenant and tenantLanes or keyLanes end
local function lookAt(lane, inMs) redis.call('ZADD', registry(lane), now + inMs, lane.name) end

local limited = {}
local function tenantLane(tenant)
  if limited[tenant] == nil then
    local text = redis.call('HGET', base .. '${TENANT_LIMITS}', tenant)
    local concurrency, max, per = string.match(text or '', '^(%d*) (%d*) (%d*)$')
    limited[tenant] = text and {
      name = 't:' .. tenant, tenant = tenant,
      concurrency = tonumber(concurrency) or math.huge, max = tonumber(max), per = tonumber(per),
    }
  end
  return limited[tenant] or nil
end

local function lanesOf(tenant, key)
  local found = {}
  if key ~= '' then table.insert(found, { name = 'k:' .. tenant .. ':' .. key, concurrency = 1 }) end
  local own = tenantLane(tenant)
  if own then table.insert(found, own) end
  return found
end

-- A tenant without limits any more has a lane as long as jobs are in it, which lets all of them go.
local function named(name)
  if string.sub(name, 1, 2) == 'k:' then return { name = name, concurrency = 1 } end
  local tenant = string.sub(name, 3)
  return tenantLane(tenant) or { name = name, tenant = tenant, concurrency = math.huge }
end

local function placeOf(lane, id) return tonumber(redis.call('ZSCORE', keyOf(lane), id)) end

local function isParked(id) return (tonumber(redis.call('ZSCORE', delayed, id)) or 0) >= ${PARKED_FROM} end

local function enlist(lane, id)
  local last = redis.call('ZREVRANGE', keyOf(lane), 0, 0, 'WITHSCORES')
  redis.call('ZADD', keyOf(lane), 'NX', math.max(us, (tonumber(last[2]) or 0) + 1), id)
  lookAt(lane, ${LOOK_SOON_MS})
end

-- The lane in which the job has to wait, if there is one: it is in it then.
local function blocking(found, id)
  for _, lane in ipairs(found) do
    local place = placeOf(lane, id)
    if not place or place > 1 then
      enlist(lane, id)
      return lane
    end
  end
end

local function setDelay(id, delay)
  if redis.call('EXISTS', base .. id) == 1 then redis.call('HSET', base .. id, 'delay', delay) end
end

local function park(id)
  redis.call('ZADD', delayed, ${PARKED_FROM}, id)
  redis.call('ZREM', line, id)
  setDelay(id, ${PARKED_MS})
end

local function wake()
  if redis.call('HEXISTS', base .. 'meta', 'paused') == 0 then redis.call('ZADD', base .. 'marker', 0, '0') end
end

-- It arrives, as if it had been submitted now.
local gone = 0
local function letGo(id)
  gone = gone + 1
  redis.call('ZADD', line, ${ARRIVALS_FROM} + redis.call('INCR', base .. 'pc') % 4294967296, id)
  redis.call('ZREM', delayed, id)
  setDelay(id, 0)
  redis.call('XADD', base .. 'events', 'MAXLEN', '~', 1000, '*', 'event', 'waiting', 'jobId', id, 'prev', 'delayed')
  wake()
end

-- Milliseconds until the tenant's rate allows another start; 0 when it does, and then it is taken. A bucket of max tokens
-- that fills within per, kept as the time at which it would be full (GCRA, ITU-T I.371).
local function rateWait(lane)
  if not lane.max then return 0 end
  local key = base .. 'tokens:' .. lane.tenant
  local interval = lane.per / lane.max
  local full = math.max(tonumber(redis.call('GET', key)) or 0, now)
  full = math.min(full, now + lane.per) -- later only where the clock went back
  local wait = full + interval - now - lane.per
  if wait > 0.001 then return math.ceil(wait) end
  redis.call('SET', key, full + interval, 'PX', math.ceil(full + interval - now) + 1)
  return 0
end

local function isFree(lane)
  return redis.call('ZCOUNT', keyOf(lane), 0, 1) < lane.concurrency
end

-- Whether a job that waits in the lane can be let go; what ended, or never came, is taken out.
local function isReady(lane, id, place, options, finished)
  if options and not finished then return isParked(id) end
  if finished or us - place > ${ANNOUNCED_US} then redis.call('ZREM', keyOf(lane), id) end
  return false
end

-- Lets jobs go that may start, and gives those lanes that they have to pass next.
local function advance(lane)
  local onward = {}
  local usual = lane.tenant and ${TENANT_LOOK_MS} or ${LOOK_MS}
  local again = usual
  local waiting = {}
  if isFree(lane) then
    waiting = redis.call('ZRANGEBYSCORE', keyOf(lane), '(1', '+inf', 'WITHSCORES', 'LIMIT', 0, ${AT_ONCE})
  end
  for i = 1, #waiting, 2 do
    local id = waiting[i]
    local options, finished = unpack(redis.call('HMGET', base .. id, 'opts', 'finishedOn'))
    if not isFree(lane) then break end
    if isReady(lane, id, tonumber(waiting[i + 1]), options, finished) then
      local wait = rateWait(lane)
      if wait > 0 then
        again = math.min(wait, usual)
        break
      end
      redis.call('ZADD', keyOf(lane), 0, id)
      local tenant, _, key = share(options)
      local nextLane = blocking(lanesOf(tenant, key), id)
      if nextLane then onward[nextLane.name] = nextLane else letGo(id) end
    else
      again = ${LOOK_SOON_MS}
    end
  end
  if #waiting == ${2 * AT_ONCE} and again == usual and isFree(lane) then again = 0 end
  if redis.call('EXISTS', keyOf(lane)) == 1 then lookAt(lane, again)
  else redis.call('ZREM', registry(lane), lane.name) end
  return onward
end

local function advanceAll(found)
  for _, lane in pairs(found) do
    for _, nextLane in pairs(advance(lane)) do advance(nextLane) end
  end
end
`;
