import type { QueueName } from '@dts/jobs';
import type { RedisClient } from '../connection.js';
import { Script } from '../script.js';
import { ARRIVALS_FROM, RANKED_FROM } from './line.js';
import { SHARE_LUA } from './share.js';

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
 * KEYS: the line, the tenants' tags, their weights, meta, marker. ARGV: start of the jobs' keys, most arrivals.
 * Gives the number of arrivals that it saw.
 */
const RANK = new Script(
  `
local line, tagsKey = KEYS[1], KEYS[2]
local arrived = redis.call('ZRANGEBYSCORE', line, '${ARRIVALS_FROM}', '+inf', 'LIMIT', 0, ARGV[2])
if #arrived == 0 then return 0 end
${SHARE_LUA}
local first = redis.call('ZRANGEBYSCORE', line, '${RANKED_FROM}', '(${ARRIVALS_FROM}', 'WITHSCORES', 'LIMIT', 0, 1)
local now = tonumber(first[2])
if not now then
  now = ${RANKED_FROM}
  redis.call('DEL', tagsKey)
end
local tenants = {}
local function tagsOf(tenant)
  if not tenants[tenant] then
    local fields = {}
    for priority = 1, 10 do fields[priority] = tenant .. ':' .. priority end
    local tags = {}
    for priority, tag in ipairs(redis.call('HMGET', tagsKey, unpack(fields))) do tags[priority] = tonumber(tag) or 0 end
    tags.step = ${STEP} / (tonumber(redis.call('HGET', KEYS[3], tenant)) or 1)
    tenants[tenant] = tags
  end
  return tenants[tenant]
end
local function tagFor(tenant, priority)
  local tags = tagsOf(tenant)
  local tag = now
  for p = 1, priority do tag = math.max(tag, tags[p]) end
  tags[priority] = tag + tags.step
  for p = priority + 1, 10 do
    if tags[p] > 0 then tags[p] = math.max(tags[p], now) + tags.step end
  end
  return tag
end
for _, id in ipairs(arrived) do
  local tenant, priority = share(redis.call('HGET', ARGV[1] .. id, 'opts'))
  redis.call('ZADD', line, 'XX', tagFor(tenant, priority), id)
end
for tenant, tags in pairs(tenants) do
  for priority = 1, 10 do
    if tags[priority] > 0 then redis.call('HSET', tagsKey, tenant .. ':' .. priority, tags[priority]) end
  end
end
if redis.call('HEXISTS', KEYS[4], 'paused') == 0 then redis.call('ZADD', KEYS[5], 0, '0') end
return #arrived`,
  5,
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
    const key = (type: string) => `${this.prefix}:${queue}:${type}`;
    const keys = [key('prioritized'), key('tags'), `${this.prefix}:weights`, key('meta'), key('marker')];
    let arrived: unknown;
    do arrived = await RANK.run(this.redis, ...keys, key(''), AT_ONCE);
    while (arrived === AT_ONCE);
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
