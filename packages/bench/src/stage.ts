import { type Stack, type StackOptions, startStack } from '@dts/testkit';
import { Redis } from 'ioredis';
import { emptyRedis } from './empty-redis.js';

/** A rewrite of the append-only file in the middle of a round would fall on one side only. */
const REDIS = { config: { 'auto-aof-rewrite-percentage': '0' } };

/** That of `npm start`: it is part of every key. */
const QUEUE_PREFIX = 'dts';

/** A Redis as `npm start` runs it, the product's processes on it, and what else a workload opens: all of it ends with the stage. */
export class Stage implements AsyncDisposable {
  private constructor(
    readonly stack: Stack,
    /** For looking and for emptying. */
    readonly redis: Redis,
    readonly resources: AsyncDisposableStack,
  ) {}

  /** @param options a gateway alone unless `apps` names more */
  static async open({ env, ...options }: Omit<StackOptions, 'redis'> = {}): Promise<Stage> {
    await using opening = new AsyncDisposableStack();
    const stack = opening.adopt(await startStack({ apps: [], ...options, env: { QUEUE_PREFIX, ...env }, redis: REDIS }), (started) =>
      started.stop(),
    );
    const redis = opening.adopt(new Redis(stack.redis.url), (client) => client.disconnect());
    return new Stage(stack, redis, opening.move());
  }

  /** Nothing of an earlier round is left. */
  reset(): Promise<void> {
    return emptyRedis(this.redis);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.resources.disposeAsync();
  }
}
