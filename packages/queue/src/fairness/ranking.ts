import type { QueueName } from '@dts/jobs';
import type { RedisClient } from '../connection.js';
import { LANE_LUA } from '../lanes/lane-lua.js';
import { Script } from '../script.js';
import { ARRIVALS_FROM, RANKED_FROM } from './line.js';

/** Arrivals that one call gives a place: about two milliseconds of Redis. */
const AT_ONCE = 250;

/** What a tag grows by with each job of a tenant of weight 1. */
const STEP = 1_000;

/**
 * Start-time fair queueing (Goyal, Vin, Cheng: "Start-time Fair Queueing", SIGCOMM 1996), with a job for a packet: the
 * tag of an arrival is max(now, last tag of its tenant + step / weight), where now is the tag of whoever is first in line.
 * So tenants that wait share the queue by their weights, and whoever asks for less than its share is next in line.
 *
 * A tenant has a last tag for each priority. A job is placed behind those of its tenant that are as urgent or more so,
 * before the others, and puts off the tags of those still to come: priorities order a tenant's own jobs only.
 *
 * Once nobody is in line, all starts anew. Without that, 9 * 10^12 jobs of one tenant would use up the tags there are.
 *
 * A job whose lanes (see `lane-lua.ts`) do not let it start yet is parked in place of that. One that is to be cancelled
 * only has to be fetched once more.
 *
 * KEYS: the tenants' tags, their weights. ARGV: start of the queue's keys, most arrivals. Gives 1 when there may be more.
 */
const RANK = new Script(
  `${LANE_LUA}
local tagsKey, weightsKey = KEYS[1], KEYS[2]
local arrived = redis.call('ZRANGEBYSCORE', line, '${ARRIVALS_FROM}', '+inf', 'LIMIT', 0, ARGV[2])
if #arrived == 0 then return 0 end
local first = redis.call('ZRANGEBYSCORE', line, '${RANKED_FROM}', '(${ARRIVALS_FROM}', 'WITHSCORES', 'LIMIT', 0, 1)
local head = tonumber(first[2])
if not head then
  head = ${RANKED_FROM}
  redis.call('DEL', tagsKey)
end
local tenants = {}
local function tagsOf(tenant)
  if not tenants[tenant] then
    local fields = {}
    for priority = 1, 10 do fields[priority] = tenant .. ':' .. priority end
    local tags = {}
    for priority, tag in ipairs(redis.call('HMGET', tagsKey, unpack(fields))) do tags[priority] = tonumber(tag) or 0 end
    tags.step = ${STEP} / (tonumber(redis.call('HGET', weightsKey, tenant)) or 1)
    tenants[tenant] = tags
  end
  return tenants[tenant]
end
local function tagFor(tenant, priority)
  local tags = tagsOf(tenant)
  local tag = head
  for p = 1, priority do tag = math.max(tag, tags[p]) end
  tags[priority] = tag + tags.step
  for p = priority + 1, 10 do
    if tags[p] > 0 then tags[p] = math.max(tags[p], head) + tags.step end
  end
  return tag
end
local held = {}
for _, id in ipairs(arrived) do
  local options, cancelled = unpack(redis.call('HMGET', base .. id, 'opts', 'defa'))
  local tenant, priority, key = share(options)
  local lane = not cancelled and blocking(lanesOf(tenant, key), id)
  if lane then
    park(id)
    held[lane.name] = lane
  else
    redis.call('ZADD', line, 'XX', tagFor(tenant, priority), id)
  end
end
for tenant, tags in pairs(tenants) do
  for priority = 1, 10 do
    if tags[priority] > 0 then redis.call('HSET', tagsKey, tenant .. ':' .. priority, tags[priority]) end
  end
end
advanceAll(held)
wake()
return (#arrived == tonumber(ARGV[2]) or gone > 0) and 1 or 0`,
  2,
);

/** Gives those who arrive in a queue their place in line. Any number of processes may do so at the same time. */
export class Ranking {
  /** Queues that are being ranked, and whether somebody has arrived since. */
  private readonly running = new Map<QueueName, { again: boolean }>();

  constructor(
    private readonly redis: RedisClient,
    private readonly prefix: string,
  ) {}

  /** Ranks all that have arrived by now. */
  async rank(queue: QueueName): Promise<void> {
    const base = `${this.prefix}:${queue}:`;
    const keys = [`${base}tags`, `${this.prefix}:weights`];
    let more: unknown;
    do more = await RANK.run(this.redis, ...keys, base, AT_ONCE);
    while (more === 1);
  }

  /**
   * The same, and nobody waits for it: all who arrive while it runs are ranked together after it. Should it fail, who has
   * arrived is last in line until the next time.
   */
  rankSoon(queue: QueueName): void {
    const running = this.running.get(queue);
    if (running) running.again = true;
    else void this.rankUntilDone(queue);
  }

  private async rankUntilDone(queue: QueueName): Promise<void> {
    const running = { again: true };
    this.running.set(queue, running);
    while (running.again) {
      running.again = false;
      await this.rank(queue).catch(() => undefined);
    }
    this.running.delete(queue);
  }
}
