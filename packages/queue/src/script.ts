import { createHash } from 'node:crypto';
import type { RedisClient } from './connection.js';

/** A Lua script that is called often: by its digest, and in full only where a server does not know it yet. */
export class Script {
  private readonly digest: string;

  /** @param keys how many of a call's arguments are keys; those of `runWith` say so themselves */
  constructor(
    private readonly lua: string,
    private readonly keys = 0,
  ) {
    this.digest = createHash('sha1').update(lua).digest('hex');
  }

  async run(redis: RedisClient, ...values: readonly (string | number)[]): Promise<unknown> {
    return this.call(redis, this.keys, values);
  }

  /** With as many keys as there are. */
  async runWith(redis: RedisClient, keys: readonly string[], values: readonly (string | number)[]): Promise<unknown> {
    return this.call(redis, keys.length, [...keys, ...values]);
  }

  private async call(redis: RedisClient, keys: number, values: readonly (string | number)[]): Promise<unknown> {
    try {
      return await redis.evalsha(this.digest, keys, ...values);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return redis.eval(this.lua, keys, ...values);
    }
  }
}
