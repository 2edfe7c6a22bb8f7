import { QUEUE_NAMES, type QueueName } from '@dts/jobs';
import type { RedisClient } from '../connection.js';
import { toUnavailable, toUnreadable } from '../redis-failure.js';
import type { Replication } from '../replication.js';

/** At most `max` starts at once, and no more than `max` in any `per` milliseconds after that: a bucket that fills evenly. */
export interface Rate {
  readonly max: number;
  readonly per: number;
}

type PerQueue<T> = { readonly [Name in QueueName]?: T | undefined };

/** What a tenant has of the queues. Without limits it has what the others leave, by its weight. */
export interface TenantLimits {
  /** 1 to 100: of a tenant of weight 2, twice as many jobs run as of one of weight 1 while both wait. */
  readonly weight: number;
  /** Jobs that run at once. */
  readonly concurrency: PerQueue<number> | null;
  /** Starts, those of further attempts included. */
  readonly rate: PerQueue<Rate> | null;
}

/** A queue's hash with a field for each tenant that has limits in it. */
export const TENANT_LIMITS = 'tenant-limits';

const NONE: TenantLimits = { weight: 1, concurrency: null, rate: null };

/** The limits of tenants: as they were given, and as the scripts read them. They hold from the next start on. */
export class TenantLimitsStore {
  constructor(
    private readonly redis: RedisClient,
    private readonly prefix: string,
    private readonly replication?: Replication,
  ) {}

  /** @throws QueueError `unavailable` */
  async get(tenant: string): Promise<TenantLimits> {
    const stored = await this.redis.hget(this.given, tenant).catch((error) => {
      throw toUnreadable(error);
    });
    return typeof stored === 'string' ? (JSON.parse(stored) as TenantLimits) : NONE;
  }

  /** @throws QueueError `unavailable`, `outcome-unknown` */
  put(tenant: string, limits: TenantLimits): Promise<void> {
    return this.write(tenant, limits, JSON.stringify(limits));
  }

  /** Jobs that wait for a limit go on. @throws QueueError as `put` */
  remove(tenant: string): Promise<void> {
    return this.write(tenant, NONE, undefined);
  }

  /** In one transaction, and the tenant's lanes are looked at next: what was raised lets jobs go at once. */
  private async write(tenant: string, limits: TenantLimits, given: string | undefined): Promise<void> {
    const writing = this.redis.multi();
    const set = (key: string, value: string | undefined) => {
      if (value === undefined) writing.hdel(key, tenant);
      else writing.hset(key, tenant, value);
    };
    set(this.given, given);
    set(`${this.prefix}:weights`, limits.weight === 1 ? undefined : String(limits.weight));
    for (const queue of QUEUE_NAMES) {
      set(`${this.prefix}:${queue}:${TENANT_LIMITS}`, toScripts(limits, queue));
      writing.zadd(`${this.prefix}:${queue}:tenant-lanes`, 0, `t:${tenant}`);
    }
    writing.set(this.written, Date.now());
    await this.replication?.require();
    try {
      for (const [error] of (await writing.exec()) ?? []) if (error) throw error;
    } catch (error) {
      throw toUnavailable(error);
    }
    await this.replication?.confirm(this.written);
  }

  private get given(): string {
    return `${this.prefix}:tenant-limits`;
  }

  /** Always there, so that replicas can be asked for it. */
  private get written(): string {
    return `${this.given}:written`;
  }
}

/** `concurrency max per`, each empty where there is none. */
function toScripts({ concurrency, rate }: TenantLimits, queue: QueueName): string | undefined {
  const { max, per } = rate?.[queue] ?? {};
  const text = [concurrency?.[queue], max, per].map((limit) => limit ?? '').join(' ');
  return text.trim() === '' ? undefined : text;
}
