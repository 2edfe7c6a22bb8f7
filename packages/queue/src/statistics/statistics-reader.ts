import type { QueueName } from '@dts/jobs';
import type { RedisClient } from '../connection.js';
import { type Counts, mean, percentile } from './duration-buckets.js';
import { SLICE_MS, slicesKey, WINDOW_SLICES } from './slices.js';

/** Milliseconds, each within 2 % of the true value (`RELATIVE_ERROR`). */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** What happened in a queue lately. */
export interface QueueStatistics {
  /** Jobs that were submitted. */
  readonly arrivalsPerSecond: number;
  /** Jobs that were completed. */
  readonly completionsPerSecond: number;
  /** Attempts that failed, whether or not another one followed. */
  readonly failuresPerSecond: number;
  /** From the moment an attempt could start to its start; null when there was none. */
  readonly waitMs: Percentiles | null;
  /** From an attempt's start to its end; null when none ended. */
  readonly runMs: Percentiles | null;
}

/** Slices that count as recent: a minute, up to one more. */
const RECENT_SLICES = 6;

/** What became of the attempts that ended in the last minute, or in all of the window where none did. */
export interface RecentRuns {
  /** Attempts that were completed, or failed. */
  readonly ended: number;
  /** Of those that ended, the share that failed; null where none ended. */
  readonly failureShare: number | null;
  /** The mean time that an attempt ran, to within 2 %; null where none ended. */
  readonly meanRunMs: number | null;
}

/** All slices of the window added up, and the milliseconds that they cover. */
const SUM = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local slice = math.floor(now / ARGV[1])
local sums = {}
for back = 0, tonumber(ARGV[2]) do
  local fields = redis.call('HGETALL', KEYS[1] .. ':' .. string.format('%d', slice - back))
  for index = 1, #fields, 2 do sums[fields[index]] = (sums[fields[index]] or 0) + fields[index + 1] end
end
local reply = { now - (slice - ARGV[2]) * ARGV[1] }
for field, sum in pairs(sums) do
  reply[#reply + 1] = field
  reply[#reply + 1] = sum
end
return reply`;

/** Reads what all processes have counted. One round trip. */
export class StatisticsReader {
  constructor(
    private readonly redis: RedisClient,
    private readonly prefix: string,
  ) {}

  /** @param slices how far back, beside the one that runs; five minutes unless given @throws when Redis does not answer */
  async read(queue: QueueName, slices = WINDOW_SLICES): Promise<QueueStatistics> {
    const { coveredMs, sums } = await this.sum(queue, slices);
    const perSecond = (field: string) => ((sums.get(field) ?? 0) * 1_000) / coveredMs;
    return {
      arrivalsPerSecond: perSecond('a'),
      completionsPerSecond: perSecond('c'),
      failuresPerSecond: perSecond('f'),
      waitMs: percentilesOf(sums, 'w'),
      runMs: percentilesOf(sums, 'r'),
    };
  }

  /** @throws when Redis does not answer */
  async recentRuns(queue: QueueName): Promise<RecentRuns> {
    const recent = runsOf((await this.sum(queue, RECENT_SLICES)).sums);
    return recent.ended > 0 ? recent : runsOf((await this.sum(queue, WINDOW_SLICES)).sums);
  }

  private async sum(queue: QueueName, slices: number): Promise<{ coveredMs: number; sums: ReadonlyMap<string, number> }> {
    const key = slicesKey(this.prefix, queue);
    const [coveredMs, ...fields] = (await this.redis.eval(SUM, 1, key, SLICE_MS, slices)) as [number, ...(string | number)[]];
    const sums = new Map<string, number>();
    for (let index = 0; index < fields.length; index += 2) sums.set(String(fields[index]), Number(fields[index + 1]));
    return { coveredMs, sums };
  }
}

function runsOf(sums: ReadonlyMap<string, number>): RecentRuns {
  const [completed, failed] = [sums.get('c') ?? 0, sums.get('f') ?? 0];
  const ended = completed + failed;
  return { ended, failureShare: ended === 0 ? null : failed / ended, meanRunMs: mean(countsOf(sums, 'r')) ?? null };
}

function countsOf(sums: ReadonlyMap<string, number>, kind: 'w' | 'r'): Counts {
  const ofKind = [...sums].filter(([field]) => field.startsWith(kind));
  return new Map(ofKind.map(([field, count]) => [Number(field.slice(1)), count]));
}

function percentilesOf(sums: ReadonlyMap<string, number>, kind: 'w' | 'r'): Percentiles | null {
  const counts = countsOf(sums, kind);
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((q) => percentile(counts, q));
  return p50 === undefined || p95 === undefined || p99 === undefined ? null : { p50, p95, p99 };
}
