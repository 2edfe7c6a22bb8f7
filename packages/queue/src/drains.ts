import type { RedisClient } from './connection.js';

/**
 * Wishes that a worker drains: it finishes what it runs and fetches nothing more, until the wish is taken back. A wish ends by
 * itself, by Redis's clock, so a worker goes on where whoever wished it has died.
 */
export class Drains {
  constructor(
    private readonly redis: RedisClient,
    private readonly prefix: string,
  ) {}

  /** Repeating it puts its end off. @param forMs milliseconds for which it holds */
  async request(workerId: string, forMs: number): Promise<void> {
    const before = await this.redis.set(this.wish(workerId), '1', 'PX', forMs, 'GET');
    if (before === null) await this.tell(workerId);
  }

  async revoke(workerId: string): Promise<void> {
    if ((await this.redis.del(this.wish(workerId))) === 1) await this.tell(workerId);
  }

  async isWanted(workerId: string): Promise<boolean> {
    return (await this.redis.exists(this.wish(workerId))) === 1;
  }

  /**
   * Calls back when a wish of this worker has come or gone. Where the message is lost there is still `isWanted`.
   * @param listener a connection that only listens
   */
  listen(listener: RedisClient, workerId: string, onChange: () => void): void {
    const subscribe = () => void listener.subscribe(this.channel).catch(() => undefined);
    listener.on('message', (channel: string, id: string) => {
      if (channel === this.channel && id === workerId) onChange();
    });
    listener.on('ready', subscribe);
    if (listener.status === 'ready') subscribe();
  }

  private async tell(workerId: string): Promise<void> {
    await this.redis.publish(this.channel, workerId).catch(() => undefined);
  }

  private wish(workerId: string): string {
    return `${this.prefix}:drain:${workerId}`;
  }

  private get channel(): string {
    return `${this.prefix}:drains`;
  }
}
