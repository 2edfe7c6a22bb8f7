import { randomBytes } from 'node:crypto';
import type { RedisClient } from './connection.js';
import { toUnreadable } from './redis-failure.js';

const BYTES = 32;

/**
 * A secret of the deployment, made by the first gateway that needs it. It is read anew each time: a Redis that was emptied,
 * or lost it in a failover, has another one, and gateways must agree.
 */
export class DeploymentKey {
  constructor(
    private readonly redis: RedisClient,
    private readonly prefix: string,
  ) {}

  /** @returns 32 bytes. @throws QueueError `unavailable` */
  async read(): Promise<Buffer> {
    try {
      return Buffer.from((await this.redis.get(this.redisKey)) ?? (await this.create()), 'base64url');
    } catch (error) {
      throw toUnreadable(error);
    }
  }

  /** The first one that is made counts, whoever made it. */
  private async create(): Promise<string> {
    const key = randomBytes(BYTES).toString('base64url');
    return (await this.redis.set(this.redisKey, key, 'NX', 'GET')) ?? key;
  }

  private get redisKey(): string {
    return `${this.prefix}:deployment-key`;
  }
}
