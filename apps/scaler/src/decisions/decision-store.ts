import { type RedisClient, scalingLogKey } from '@dts/queue';
import type { Decided, Decision } from '@dts/scaling';

/** Decisions kept: with three pools and a reading every five seconds, those of two hours and more. */
const KEPT = 5_000;
/** Decisions looked at for one page, however many a filter leaves out. */
const EXAMINED = 1_000;

/**
 * Kept by whoever leads only: one whose term is over, and does not know it yet, is refused.
 * KEYS: the pools, the log. ARGV: token, pool, decision and state, decision, decisions kept.
 */
const RECORD = `
local last = tonumber(redis.call('HGET', KEYS[1], '#token') or 0)
if tonumber(ARGV[1]) < last then return 0 end
redis.call('HSET', KEYS[1], '#token', ARGV[1], ARGV[2], ARGV[3])
redis.call('XADD', KEYS[2], 'MAXLEN', ARGV[5], '*', 'decision', ARGV[4])
return 1`;

const TOKEN = '#token';

/** By pool, what was decided last, and what the next decision goes on from. */
export type DecidedPools = ReadonlyMap<string, Decided>;

export interface DecisionEntry extends Decision {
  /** In the order in which they were made. */
  readonly id: string;
}

export interface DecisionPage {
  readonly items: readonly DecisionEntry[];
  /** After which the next page starts; null after the last. */
  readonly next: string | null;
}

/** The log of decisions, and the last one on each pool with its state, from which a new leader goes on. */
export class DecisionStore {
  constructor(
    private readonly redis: RedisClient,
    private readonly prefix: string,
  ) {}

  /** @returns false, and nothing is kept, where another leads by now */
  async record(token: number, { decision, state }: Decided): Promise<boolean> {
    const text = JSON.stringify(decision);
    const values = [token, decision.pool, JSON.stringify({ decision, state }), text, KEPT];
    return (await this.redis.eval(RECORD, 2, this.pools, this.log, ...values)) === 1;
  }

  /** @throws when Redis does not answer */
  async latest(): Promise<DecidedPools> {
    const entries = Object.entries(await this.redis.hgetall(this.pools)).filter(([pool]) => pool !== TOKEN);
    return new Map(entries.map(([pool, text]) => [pool, JSON.parse(text) as Decided]));
  }

  /** The newest first. @param before the id after which the last page ended @throws when Redis does not answer */
  async list(limit: number, pool?: string, before?: string): Promise<DecisionPage> {
    const examined = await this.read(pool === undefined ? limit : EXAMINED, before);
    const items = examined.filter((entry) => pool === undefined || entry.pool === pool).slice(0, limit);
    const last = items.length === limit ? items.at(-1) : examined.at(-1);
    const isLast = last === undefined || (await this.read(1, last.id)).length === 0;
    return { items, next: isLast ? null : last.id };
  }

  private async read(count: number, before?: string): Promise<DecisionEntry[]> {
    const entries = await this.redis.xrevrange(this.log, before ? `(${before}` : '+', '-', 'COUNT', count);
    return entries.map(([id, [, text = '']]) => ({ id, ...(JSON.parse(text) as Decision) }));
  }

  private get pools(): string {
    return `${this.prefix}:scaler:pools`;
  }

  private get log(): string {
    return scalingLogKey(this.prefix);
  }
}
