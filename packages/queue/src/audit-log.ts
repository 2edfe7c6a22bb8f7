import type { RedisClient } from './connection.js';
import { QueueError } from './errors.js';
import { toUnreadable } from './redis-failure.js';
import type { Replication } from './replication.js';

/** Entries kept, of some hundred bytes each: the oldest makes room for the newest. */
const KEPT = 20_000;
/** Entries looked at for one page, however many a filter leaves out. */
const EXAMINED = 1_000;

/** The stream grows at its end only; how a change ended stands beside it, and goes with its entry. */
const APPEND = `
while redis.call('XLEN', KEYS[1]) >= tonumber(ARGV[1]) do
  local oldest = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1][1]
  redis.call('XDEL', KEYS[1], oldest)
  redis.call('HDEL', KEYS[2], oldest)
end
return redis.call('XADD', KEYS[1], '*', 'record', ARGV[2])`;

const CONCLUDE = `
if #redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1]) == 0 then return 0 end
return redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])`;

/** A change that somebody is about to make. Neither payloads nor secrets belong into it. */
export interface AuditRecord {
  /** Of the API key that was used, never the key itself. */
  readonly keyId: string;
  /** The key's. */
  readonly tenant: string;
  /** What was done to what, such as `queue.pause`. */
  readonly action: string;
  /** What it was done to: a name or an id. */
  readonly target: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly requestId: string;
}

export interface AuditEntry extends AuditRecord {
  /** In the order in which they were appended. */
  readonly id: string;
  /** Unix milliseconds, by Redis's clock. */
  readonly at: number;
  /** `done`, the code of the problem that it met, or `unknown`: it is being made, or whoever made it has died. */
  readonly outcome: string;
}

export interface AuditFilter {
  readonly keyId?: string;
  readonly tenant?: string;
  readonly action?: string;
  readonly target?: string;
  /** Unix milliseconds; nothing older. */
  readonly since?: number;
}

export interface AuditPage {
  readonly items: readonly AuditEntry[];
  /** Where the next page starts; undefined after the last. A page may be empty and not the last. */
  readonly next?: string;
}

/**
 * Who changed what. An entry is written before its change is made, so that none goes unlogged however it ends, and only
 * the last entries are kept.
 */
export class AuditLog {
  /** @param kept entries */
  constructor(
    private readonly redis: RedisClient,
    private readonly prefix: string,
    private readonly replication?: Replication,
    private readonly kept = KEPT,
  ) {}

  /**
   * Resolves once the entry is as durable as a job.
   * @returns its id, to conclude it by
   * @throws QueueError `unavailable`: it may or may not be there, and the change must not be made
   */
  async append(record: AuditRecord): Promise<string> {
    try {
      const id = String(await this.redis.eval(APPEND, 2, this.stream, this.outcomes, this.kept, JSON.stringify(record)));
      await this.replication?.confirm(this.stream);
      return id;
    } catch (cause) {
      throw new QueueError('unavailable', 'Nothing was changed: the audit log could not be written.', { cause });
    }
  }

  /** @param outcome `done`, or the code of a problem */
  async conclude(id: string, outcome: string): Promise<void> {
    await this.redis.eval(CONCLUDE, 2, this.stream, this.outcomes, id, outcome);
  }

  /**
   * The newest first.
   * @param before the id after which the last page ended
   * @throws QueueError `unavailable`
   */
  async list(limit: number, filter: AuditFilter = {}, before?: string): Promise<AuditPage> {
    try {
      const examined = await this.read(letsAllPass(filter) ? limit : EXAMINED, filter.since, before);
      const found = examined.filter((entry) => matches(entry, filter)).slice(0, limit);
      const last = found.length === limit ? found.at(-1) : examined.at(-1);
      const isLast = last === undefined || (await this.read(1, filter.since, last.id)).length === 0;
      return { items: await this.withOutcomes(found), ...(!isLast && { next: last.id }) };
    } catch (error) {
      throw toUnreadable(error);
    }
  }

  private async read(count: number, since?: number, before?: string): Promise<Omit<AuditEntry, 'outcome'>[]> {
    const entries = await this.redis.xrevrange(
      this.stream,
      before ? `(${before}` : '+',
      since === undefined ? '-' : Math.max(0, since),
      'COUNT',
      count,
    );
    return entries.map(([id, [, record = '']]) => ({ ...(JSON.parse(record) as AuditRecord), id, at: Number(id.split('-')[0]) }));
  }

  private async withOutcomes(entries: readonly Omit<AuditEntry, 'outcome'>[]): Promise<AuditEntry[]> {
    if (entries.length === 0) return [];
    const outcomes = await this.redis.hmget(this.outcomes, ...entries.map(({ id }) => id));
    return entries.map((entry, index) => ({ ...entry, outcome: outcomes[index] ?? 'unknown' }));
  }

  private get stream(): string {
    return `${this.prefix}:audit`;
  }

  private get outcomes(): string {
    return `${this.prefix}:audit:outcomes`;
  }
}

function letsAllPass({ keyId, tenant, action, target }: AuditFilter): boolean {
  return [keyId, tenant, action, target].every((wanted) => wanted === undefined);
}

function matches(record: AuditRecord, { keyId, tenant, action, target }: AuditFilter): boolean {
  const pairs = [
    [record.keyId, keyId],
    [record.tenant, tenant],
    [record.action, action],
    [record.target, target],
  ];
  return pairs.every(([actual, wanted]) => wanted === undefined || actual === wanted);
}
