import { waitFor } from '@dts/testkit';
import type { Redis } from 'ioredis';

const REWRITE_TIMEOUT_MS = 10_000;

/** Deletes every key and starts a new append-only file, so that no round pays for what an earlier one wrote. */
export async function emptyRedis(redis: Redis): Promise<void> {
  await redis.flushall();
  await redis.bgrewriteaof();
  await waitFor(
    async () => {
      const persistence = await redis.info('persistence');
      return ['aof_rewrite_in_progress:0', 'aof_rewrite_scheduled:0'].every((line) => persistence.includes(`${line}\r\n`));
    },
    { timeoutMs: REWRITE_TIMEOUT_MS, describe: 'Redis to have rewritten its append-only file' },
  );
}
