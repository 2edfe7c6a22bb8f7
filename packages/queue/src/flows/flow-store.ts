import { type JobsOptions, optsEncodeMap } from 'bullmq';
import type { RedisClient } from '../connection.js';
import { type Claim, REMEMBERED_S } from '../idempotency.js';
import type { StoredJob } from '../job-record.js';
import { Script } from '../script.js';
import { encodeEntry, type FlowIndex } from './flow-index.js';

/**
 * Stores a whole flow or nothing of it, in the format of BullMQ 6.7.0 (its addParentJob, addStandardJob, addPrioritizedJob
 * and addDelayedJob; `flow-store.spec.ts` compares the two). One script, because BullMQ's own transaction cannot be
 * conditional: a repetition of it that comes late, after the first one's children have ended, would bind their parents
 * to them again, and they would wait for ever. So the root is there exactly when all of the flow was stored, and what its
 * key stands for is remembered in the same step.
 *
 * All jobs and the bonds between them come first, and only then what workers look at. Should a write be refused half way
 * (by a rule of access, say: memory, replicas and disk are refused at the first one), all is taken back.
 *
 * KEYS: root, claim, lists of all flows and of the tenant's. ARGV: claim as JSON or nothing without a key, seconds to remember it,
 * 1 when the flow is welcome, its entry in the lists, then for each job: start of its queue's keys, id, name, data, options, timestamp, delay, priority, key of its parent and
 * its bond to it or nothing, 1 when it has children.
 * Gives the number of jobs that are there now, or the claim that was there before, or -1 for one that is not welcome,
 * or -2 when jobs with these ids are kept for longer than the key was remembered.
 */
const STORE = new Script(
  `
local claim, remembered, welcome, entry = unpack(ARGV, 1, 4)
if claim ~= '' then
  local earlier = redis.call('GET', KEYS[2])
  if earlier then return earlier end
end

local jobs = {}
for i = 5, #ARGV, 11 do
  table.insert(jobs, {
    queue = ARGV[i], id = ARGV[i + 1], key = ARGV[i] .. ARGV[i + 1], name = ARGV[i + 2], data = ARGV[i + 3], opts = ARGV[i + 4],
    timestamp = ARGV[i + 5], delay = tonumber(ARGV[i + 6]), priority = tonumber(ARGV[i + 7]),
    parent = ARGV[i + 8], bond = ARGV[i + 9], waits = ARGV[i + 10] == '1',
  })
end
for _, job in ipairs(jobs) do
  if redis.call('EXISTS', job.key) == 1 then return -2 end
end
if welcome ~= '1' then return -1 end

local function tell(job, ...)
  local most = redis.call('HGET', job.queue .. 'meta', 'opts.maxLenEvents') or 10000
  redis.call('XADD', job.queue .. 'events', 'MAXLEN', '~', most, '*', 'event', ...)
end

local function write(job)
  redis.call('INCR', job.queue .. 'id')
  redis.call('HSET', job.key, 'name', job.name, 'data', job.data, 'opts', job.opts, 'timestamp', job.timestamp,
    'delay', job.delay, 'priority', job.priority)
  if job.parent ~= '' then
    redis.call('HSET', job.key, 'parentKey', job.parent, 'parent', job.bond)
    redis.call('SADD', job.parent .. ':dependencies', job.key)
  end
  tell(job, 'added', 'jobId', job.id, 'name', job.name)
end

local function wake(job)
  local limits = redis.call('HMGET', job.queue .. 'meta', 'paused', 'concurrency')
  local isHeld = limits[1] or limits[2] and redis.call('LLEN', job.queue .. 'active') >= tonumber(limits[2])
  if not isHeld then redis.call('ZADD', job.queue .. 'marker', 0, '0') end
end

-- The lower bits tell apart what is due in the same millisecond.
local function schedule(job)
  local delayed, due = job.queue .. 'delayed', tonumber(job.timestamp) + job.delay
  local last = redis.call('ZREVRANGEBYSCORE', delayed, (due + 1) * 4096 - 1, due * 4096, 'WITHSCORES', 'LIMIT', 0, 1)
  local score = last[2] and math.min(tonumber(last[2]) + 1, (due + 1) * 4096 - 1) or due * 4096
  redis.call('ZADD', delayed, score, job.id)
  tell(job, 'delayed', 'jobId', job.id, 'delay', due)
  redis.call('ZADD', job.queue .. 'marker', redis.call('ZRANGE', delayed, 0, 0, 'WITHSCORES')[2] / 4096, '1')
end

local function enqueue(job)
  if job.waits then
    redis.call('ZADD', job.queue .. 'waiting-children', job.timestamp, job.id)
    return tell(job, 'waiting-children', 'jobId', job.id)
  end
  if job.delay > 0 then return schedule(job) end
  if job.priority > 0 then
    local place = redis.call('INCR', job.queue .. 'pc') % 4294967296
    redis.call('ZADD', job.queue .. 'prioritized', job.priority * 4294967296 + place, job.id)
  else
    redis.call('LPUSH', job.queue .. 'wait', job.id)
  end
  wake(job)
  tell(job, 'waiting', 'jobId', job.id)
end

local function takeBack(job)
  redis.pcall('DEL', job.key, job.key .. ':dependencies')
  redis.pcall('LREM', job.queue .. 'wait', 1, job.id)
  for _, set in ipairs({ 'prioritized', 'delayed', 'waiting-children' }) do redis.pcall('ZREM', job.queue .. set, job.id) end
end

local isDone, problem = pcall(function()
  for _, job in ipairs(jobs) do write(job) end
  for _, job in ipairs(jobs) do enqueue(job) end
  for list = 3, 4 do redis.call('ZADD', KEYS[list], jobs[1].timestamp, entry) end
  if claim ~= '' then redis.call('SET', KEYS[2], claim, 'EX', remembered) end
end)
if not isDone then
  for _, job in ipairs(jobs) do takeBack(job) end
  for list = 3, 4 do redis.pcall('ZREM', KEYS[list], entry) end
  return type(problem) == 'table' and problem or redis.error_reply(tostring(problem))
end
local stored = 0
for _, job in ipairs(jobs) do stored = stored + redis.call('EXISTS', job.key) end
return stored`,
  4,
);

export type Storing =
  | { readonly kind: 'stored' | 'unwelcome' }
  /** Some of it is there already; `claim` is what the key was used for, unless that is forgotten. */
  | { readonly kind: 'known'; readonly claim?: Claim };

/** Where flows are stored. */
export class FlowStore {
  constructor(
    private readonly redis: RedisClient,
    private readonly index: FlowIndex,
  ) {}

  /**
   * @param jobs as BullMQ would add them, the root first
   * @param claim of the flow's key, and where it is kept
   */
  async store(jobs: readonly StoredJob[], isWelcome: boolean, claim?: { readonly key: string; readonly value: Claim }): Promise<Storing> {
    const root = jobs[0] as StoredJob;
    const rootKey = keyOf(root);
    const { tenant } = root.data;
    const entry = encodeEntry({ id: root.id as string, tenant, jobs: jobs.length });
    const keys = [rootKey, claim?.key ?? rootKey, this.index.all, this.index.of(tenant)];
    const head = [claim ? JSON.stringify(claim.value) : '', REMEMBERED_S, isWelcome ? 1 : 0, entry];
    const reply = await STORE.run(this.redis, ...keys, ...head, ...jobs.flatMap(toArguments));
    if (typeof reply === 'string') return { kind: 'known', claim: JSON.parse(reply) as Claim };
    if (reply === -1) return { kind: 'unwelcome' };
    if (reply === -2) return { kind: 'known' };
    if (reply !== jobs.length) throw new Error(`Redis has stored ${reply} of the ${jobs.length} jobs of the flow at ${rootKey}`);
    return { kind: 'stored' };
  }
}

function toArguments(job: StoredJob): (string | number)[] {
  const { name, data, timestamp, parent } = job.asJSON();
  const bond = parent ? [job.parentKey ?? '', JSON.stringify(parent)] : ['', ''];
  const hasChildren = job.data.flow?.children !== undefined;
  return [
    `${job.queueQualifiedName}:`,
    job.id ?? '',
    name,
    data,
    JSON.stringify(encodeOptions(job.opts)),
    timestamp,
    job.delay ?? 0,
    job.priority,
    ...bond,
    hasChildren ? 1 : '',
  ];
}

/** Options as Redis keeps them: BullMQ shortens some names, and keeps of its telemetry the trace. */
function encodeOptions({ telemetry, ...options }: JobsOptions): Record<string, unknown> {
  const names: Readonly<Record<string, string>> = optsEncodeMap;
  const encoded = Object.fromEntries(Object.entries(options).map(([name, value]) => [names[name] ?? name, value]));
  return telemetry?.metadata === undefined ? encoded : { ...encoded, tm: telemetry.metadata };
}

function keyOf({ queueQualifiedName, id }: StoredJob): string {
  return `${queueQualifiedName}:${id}`;
}
