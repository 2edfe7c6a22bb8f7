import type { QueueName } from '@dts/jobs';
import type { RedisClient } from '../connection.js';
import { Script } from '../script.js';
import { LANE_LUA, LOOK_MS } from './lane-lua.js';
import { PARKED_FROM } from './parked.js';

/** Lanes of each kind, and jobs of a lane or parked anywhere, that one look takes. */
const LOOKED_AT = 20;
const CHECKED = 50;

/** A job that has lanes to pass, or may have. */
export interface LaneJob {
  readonly id: string;
  readonly tenant: string;
  readonly orderingKey?: string;
}

/** Gives each of the jobs its place in the first lane that it has to pass, in their order. ARGV[2]: [[id, tenant, key]]. */
const ANNOUNCE = new Script(
  `${LANE_LUA}
for _, job in ipairs(cjson.decode(ARGV[2])) do
  local lane = lanesOf(job[2], job[3])[1]
  if lane then enlist(lane, job[1]) end
end`,
  1,
);

/** Lets jobs of these lanes go that may start. ARGV[2] as above. */
const ADVANCE = new Script(
  `${LANE_LUA}
local found = {}
for _, job in ipairs(cjson.decode(ARGV[2])) do
  local all = lanesOf(job[2], job[3])
  if isParked(job[1]) then
    local lane = blocking(all, job[1])
    if lane then found[lane.name] = lane else letGo(job[1]) end
  end
  for _, lane in ipairs(all) do found[lane.name] = lane end
end
advanceAll(found)`,
  1,
);

/**
 * Whether a job that was fetched may start: 1, or 0 and it has its place in the lane in which it waits. It was let go, or
 * nobody waits before it and there is room. More than the limit never start, also where it was lowered since they were let go:
 * they come first then.
 */
const ENTER = new Script(
  `${LANE_LUA}
local id = ARGV[2]
local function enter(lane)
  local key = keyOf(lane)
  local place = placeOf(lane, id)
  if place == 1 then return true end
  if place == 0 then
    if redis.call('ZCOUNT', key, 1, 1) < lane.concurrency then return redis.call('ZADD', key, 1, id) end
    redis.call('ZADD', key, 2, id)
    lookAt(lane, 0)
    return false
  end
  local first = redis.call('ZRANGEBYSCORE', key, '(1', '+inf', 'LIMIT', 0, 1)[1]
  if (not first or first == id) and isFree(lane) and rateWait(lane) == 0 then
    lookAt(lane, 1000)
    return redis.call('ZADD', key, 1, id)
  end
  enlist(lane, id)
  return false
end
for _, lane in ipairs(lanesOf(ARGV[3], ARGV[4])) do
  if not enter(lane) then return 0 end
end
return 1`,
  1,
);

/**
 * The job runs no more: the next may. One that is tried again keeps its turn in the order of its key, and takes its place
 * among its tenant's anew. ARGV: id, tenant, key, 1 when it has ended.
 */
const LEAVE = new Script(
  `${LANE_LUA}
local found = lanesOf(ARGV[3], ARGV[4])
for _, lane in ipairs(found) do
  if lane.tenant or ARGV[5] == '1' then redis.call('ZREM', keyOf(lane), ARGV[2]) end
end
advanceAll(found)`,
  1,
);

/**
 * Mends what a crash has left, and lets go what a rate now allows: looks at lanes whose time it is, takes out whoever is
 * under way in them and is not, and finds parked jobs that no lane knows, and lanes that nobody would look at. ARGV: most
 * lanes of each kind, most jobs of each, which of a large set are others each time.
 */
const SWEEP = new Script(
  `${LANE_LUA}
local most = tonumber(ARGV[3])
local function part(size)
  return us % math.max(1, math.ceil(size / most)) * most
end
local function mend(lane)
  local key = keyOf(lane)
  local from = part(redis.call('ZCOUNT', key, 0, 1))
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', key, 0, 1, 'LIMIT', from, most)) do
    local options, finished = unpack(redis.call('HMGET', base .. id, 'opts', 'finishedOn'))
    local isTriedLater = lane.tenant and redis.call('ZSCORE', delayed, id) and not isParked(id)
    local waitsForChildren = redis.call('ZSCORE', base .. 'waiting-children', id)
    if not options or finished or isTriedLater or waitsForChildren then redis.call('ZREM', key, id) end
  end
end
local function lookAtAll(names)
  for _, name in ipairs(names) do
    local lane = named(name)
    mend(lane)
    advanceAll({ lane })
  end
end
for _, all in ipairs({ tenantLanes, keyLanes }) do
  lookAtAll(redis.call('ZRANGEBYSCORE', all, '-inf', now, 'LIMIT', 0, ARGV[2]))
  -- Nobody is put off for so long: the clock went back.
  lookAtAll(redis.call('ZRANGEBYSCORE', all, now + ${2 * LOOK_MS}, '+inf', 'LIMIT', 0, ARGV[2]))
end
local function waitingIn(all, id)
  for _, lane in ipairs(all) do
    local place = placeOf(lane, id)
    if place and place > 1 then return lane end
  end
end
local from = part(redis.call('ZCOUNT', delayed, ${PARKED_FROM}, '+inf'))
local found = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', delayed, ${PARKED_FROM}, '+inf', 'LIMIT', from, most)) do
  local options = redis.call('HGET', base .. id, 'opts')
  local tenant, _, key = share(options)
  local all = lanesOf(tenant, key)
  local lane = waitingIn(all, id) or waitingIn({ named('t:' .. tenant) }, id)
  if lane then
    if not redis.call('ZSCORE', registry(lane), lane.name) then lookAt(lane, 0) end
  elseif options then
    lane = blocking(all, id)
    if lane then found[lane.name] = lane else letGo(id) end
  end
end
advanceAll(found)`,
  1,
);

/** Jobs that pass one by one, or a few at a time: those of one ordering key, and those of a tenant that has limits. */
export class Lanes {
  constructor(
    private readonly redis: RedisClient,
    private readonly prefix: string,
  ) {}

  /** Before they are stored, parked: so their order is that in which they were submitted, whoever stores them when. */
  async announce(queue: QueueName, jobs: readonly LaneJob[]): Promise<void> {
    await this.run(ANNOUNCE, queue, toText(jobs));
  }

  /** Lets go whoever may start in the lanes of these jobs. However often it is called, none goes before its turn. */
  async advance(queue: QueueName, jobs: readonly LaneJob[]): Promise<void> {
    await this.run(ADVANCE, queue, toText(jobs));
  }

  /** Whether a job that was fetched may start now. If not, it is to be parked, and `advance` called then. */
  async enter(queue: QueueName, { id, tenant, orderingKey }: LaneJob): Promise<boolean> {
    return (await this.run(ENTER, queue, id, tenant, orderingKey ?? '')) === 1;
  }

  /** After a run. @param hasEnded whether there will be no other */
  async leave(queue: QueueName, { id, tenant, orderingKey }: LaneJob, hasEnded: boolean): Promise<void> {
    await this.run(LEAVE, queue, id, tenant, orderingKey ?? '', hasEnded ? 1 : 0);
  }

  /** One bounded look for what stands still for no reason. */
  async sweep(queue: QueueName): Promise<void> {
    await this.run(SWEEP, queue, LOOKED_AT, CHECKED);
  }

  private run(script: Script, queue: QueueName, ...values: readonly (string | number)[]): Promise<unknown> {
    const base = `${this.prefix}:${queue}:`;
    return script.run(this.redis, `${base}key-lanes`, base, ...values);
  }
}

function toText(jobs: readonly LaneJob[]): string {
  return JSON.stringify(jobs.map(({ id, tenant, orderingKey = '' }) => [id, tenant, orderingKey]));
}
