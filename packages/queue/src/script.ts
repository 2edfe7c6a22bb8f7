import { createHash } from 'node:crypto';
import type { RedisClient } from './connection.js';

/** A Lua script that is called often: by its digest, and in full only where a server does not know it yet. */
export class Script {
  private readonly digest: string;

  /** @param keys how many of a call's arguments are keys */
  constructor(
    private readonly lua: string,
    private readonly keys: number,
  ) {
    this.digest = createHash('sha1').update(lua).digest('hex');
  }

  async run(redis: RedisClient, ...values: readonly (string | number)[]): Promise<unknown> {
    try {
      return await redis.evalsha(this.digest, this.keys, ...values);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return redis.eval(this.lua, this.keys, ...values);
    }
  }
}
