import type { RedisClient } from './connection.js';
import { Script } from './script.js';

/** Lines kept of a job's log: the last ones. */
export const LOG_LINES_KEPT = 1_000;

/** In the job's own hash, so that it goes when the job does: lines that are not kept any more, where there are any. */
export const LINES_DROPPED = 'dts:lines-dropped';

/** As BullMQ's `log`, which forgets how many lines it dropped; then nobody could tell one line from the next. */
const APPEND = new Script(
  `
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local over = redis.call('RPUSH', KEYS[2], ARGV[1]) - ARGV[2]
if over > 0 then
  redis.call('LTRIM', KEYS[2], over, -1)
  redis.call('HINCRBY', KEYS[1], '${LINES_DROPPED}', over)
end
return 1`,
  2,
);

const READ = new Script(
  `
local dropped = tonumber(redis.call('HGET', KEYS[1], '${LINES_DROPPED}') or 0)
local first = math.max(0, ARGV[1] - dropped)
return { dropped + first, dropped + redis.call('LLEN', KEYS[2]), redis.call('LRANGE', KEYS[2], first, first + ARGV[2] - 1) }`,
  2,
);

export interface LogLine {
  /** From 0, and the same however many are dropped before it. */
  readonly line: number;
  readonly text: string;
}

export interface LogPage {
  readonly items: readonly LogLine[];
  /** The number of the line where the next page starts; undefined when there is none so far. */
  readonly next?: number;
}

/** The lines that handlers write about their jobs. */
export class JobLogs {
  constructor(private readonly redis: RedisClient) {}

  /** @param jobKey where the job is. What is gone gets no log. */
  async append(jobKey: string, text: string): Promise<void> {
    await APPEND.run(this.redis, jobKey, `${jobKey}:logs`, text, LOG_LINES_KEPT);
  }

  /** @param from a line's number; begins with the first that is kept when that is later */
  async read(jobKey: string, from: number, limit: number): Promise<LogPage> {
    const reply = await READ.run(this.redis, jobKey, `${jobKey}:logs`, from, limit);
    const [first, end, texts] = reply as [number, number, string[]];
    const next = first + texts.length;
    return { items: texts.map((text, index) => ({ line: first + index, text })), ...(next < end && { next }) };
  }
}
