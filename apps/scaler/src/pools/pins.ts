import type { RedisClient } from '@dts/queue';
import type { Pin } from '@dts/scaling';

/** A pin, and who has set it. */
export interface StoredPin extends Pin {
  /** Of the API key that was used. */
  readonly by: string;
}

/** By pool, those that hold. */
export type StandingPins = ReadonlyMap<string, StoredPin>;

/** Operators' numbers for pools, each until a time. */
export class Pins {
  private known: StandingPins = new Map();

  constructor(
    private readonly redis: RedisClient,
    private readonly prefix: string,
  ) {}

  async set(pool: string, pin: StoredPin): Promise<void> {
    await this.redis.hset(this.key, pool, JSON.stringify(pin));
  }

  async remove(pool: string): Promise<void> {
    await this.redis.hdel(this.key, pool);
  }

  /** While Redis does not tell, those last known hold on. */
  async refresh(now: number): Promise<StandingPins> {
    const stored = await this.redis.hgetall(this.key).catch(() => undefined);
    if (stored) this.known = new Map(Object.entries(stored).map(([pool, text]) => [pool, JSON.parse(text) as StoredPin]));
    return this.standing(now);
  }

  /** As last known. */
  standing(now: number): StandingPins {
    return new Map([...this.known].filter(([, { until }]) => until > now));
  }

  private get key(): string {
    return `${this.prefix}:scaler:pins`;
  }
}
