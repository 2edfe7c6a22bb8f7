import { randomUUID } from 'node:crypto';
import type { RedisClient } from '../connection.js';
import { dueAt, keyOf, nameOf, type Schedule, type ScheduleName, type ScheduleSpec, type ScheduleState } from './schedule.js';

/** Milliseconds for which a schedule that was taken is nobody else's: who has died since is relieved after them. */
const TAKEN_MS = 2_000;
const TAKEN_AT_ONCE = 100;

const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

const READ = `${NOW} return { now, redis.call('HMGET', KEYS[1], 'revision', 'spec', 'state') }`;

/** Writes what nobody has changed since it was read, and when to look at it next. */
const SAVE = `
if (redis.call('HGET', KEYS[1], 'revision') or '') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'revision', ARGV[2], 'state', ARGV[3])
if ARGV[4] ~= '' then redis.call('HSET', KEYS[1], 'spec', ARGV[4]) end
if ARGV[5] ~= '' then redis.call('ZADD', KEYS[2], ARGV[5], ARGV[6]) else redis.call('ZREM', KEYS[2], ARGV[6]) end
redis.call('ZADD', KEYS[3], 0, ARGV[6])
return 1`;

const REMOVE = `
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
return redis.call('DEL', KEYS[1])`;

const TAKE = `${NOW}
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[2])
for _, key in ipairs(due) do redis.call('ZADD', KEYS[1], now + ARGV[1], key) end
local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return { due, first[2] and math.max(0, math.ceil(first[2] - now)) or -1 }`;

/** Takes out what is no schedule any more. */
const FORGET = `
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('ZREM', KEYS[3], ARGV[1])
return redis.call('ZREM', KEYS[2], ARGV[1])`;

/** Puts back what has fallen out of the order of things to do. */
const PUT_BACK = `
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
return redis.call('ZADD', KEYS[2], 'NX', ARGV[1], ARGV[2])`;

/** A schedule as it was read, and what tells whether it has changed since. */
export interface Stored {
  readonly schedule: Schedule | undefined;
  readonly revision: string;
  /** Unix milliseconds, by Redis's clock: gateways go by one clock, whatever theirs show. */
  readonly now: number;
}

export interface Taken {
  readonly names: readonly ScheduleName[];
  /** Milliseconds until the next one is due; undefined when there is none. */
  readonly nextInMs?: number;
}

/**
 * Schedules in Redis: a hash for each, an index in the order of tenant and id, and the order in which they are due.
 * What they say and how far they have come changes in one script, so that no crash leaves one half done.
 */
export class ScheduleStore {
  constructor(
    private readonly redis: RedisClient,
    private readonly prefix: string,
  ) {}

  async read(name: ScheduleName): Promise<Stored> {
    const [now, [revision, spec, state]] = (await this.redis.eval(READ, 1, this.redisKey(name))) as [number, (string | null)[]];
    if (revision == null || spec == null || state == null) return { schedule: undefined, revision: '', now };
    const schedule = { ...name, spec: JSON.parse(spec) as ScheduleSpec, state: JSON.parse(state) as ScheduleState };
    return { schedule, revision, now };
  }

  /**
   * @param before as it was read
   * @returns what is stored now; undefined, and nothing changed, when somebody else was faster
   */
  async save(schedule: Schedule, before: Stored): Promise<Stored | undefined> {
    const revision = randomUUID();
    const due = schedule.state.pending ? before.now + TAKEN_MS : dueAt(schedule);
    const spec = schedule.spec === before.schedule?.spec ? '' : JSON.stringify(schedule.spec);
    const values = [before.revision, revision, JSON.stringify(schedule.state), spec, due ?? '', keyOf(schedule)];
    const saved = await this.redis.eval(SAVE, 3, this.redisKey(schedule), this.dueKey, this.index, ...values);
    return saved === 1 ? { schedule, revision, now: before.now } : undefined;
  }

  /** @returns whether it was there */
  async remove(name: ScheduleName): Promise<boolean> {
    return (await this.redis.eval(REMOVE, 3, this.redisKey(name), this.dueKey, this.index, keyOf(name))) === 1;
  }

  /** For a name under which nothing was found. */
  async forget(name: ScheduleName): Promise<void> {
    await this.redis.eval(FORGET, 3, this.redisKey(name), this.dueKey, this.index, keyOf(name));
  }

  /** Takes schedules that are due, each for one taker. */
  async take(): Promise<Taken> {
    const [keys, nextInMs] = (await this.redis.eval(TAKE, 1, this.dueKey, TAKEN_MS, TAKEN_AT_ONCE)) as [string[], number];
    return { names: keys.map(nameOf), ...(nextInMs >= 0 && { nextInMs }) };
  }

  /** Names in order, from the one after `after` on; of one tenant, or of all. */
  async list(limit: number, { tenant, after }: { tenant?: string; after?: ScheduleName }): Promise<ScheduleName[]> {
    const from = after ? `(${keyOf(after)}` : tenant === undefined ? '-' : `[${tenant}/`;
    const to = tenant === undefined ? '+' : `(${tenant}0`; // "0" follows "/"
    return (await this.redis.zrangebylex(this.index, from, to, 'LIMIT', 0, limit)).map(nameOf);
  }

  count(): Promise<number> {
    return this.redis.zcard(this.index);
  }

  /** Those of `names` that nobody would look at. */
  async withoutDue(names: readonly ScheduleName[]): Promise<ScheduleName[]> {
    if (names.length === 0) return [];
    const scores = await this.redis.zmscore(this.dueKey, ...names.map(keyOf));
    return names.filter((_name, index) => scores[index] === null);
  }

  /** @returns whether it was this call that did it */
  async putBack(name: ScheduleName): Promise<boolean> {
    return (await this.redis.eval(PUT_BACK, 2, this.redisKey(name), this.dueKey, 0, keyOf(name))) === 1;
  }

  /** Where a schedule is. */
  redisKey(name: ScheduleName): string {
    return `${this.prefix}:schedule:${keyOf(name)}`;
  }

  private get index(): string {
    return `${this.prefix}:schedules`;
  }

  /** Where schedules are in the order in which they are due. */
  get dueKey(): string {
    return `${this.prefix}:schedules:due`;
  }
}
