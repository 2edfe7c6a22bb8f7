import type { Stack } from '@dts/testkit';
import { Redis } from 'ioredis';
import { emptyRedis } from '../empty-redis.js';
import { HTTP_METRICS, postJobs } from '../http-load.js';
import { CONNECTIONS, JOB, PAYLOAD_BYTES } from '../job.js';
import type { Pair, Subject, Workload } from '../workload.js';

/** What it costs that nothing acknowledged is lost in a power cut: `synced` against `fast`. */
export const durability: Workload = {
  name: 'durability',
  title: 'DURABILITY=synced beside fast',
  conditions: [
    `${CONNECTIONS} connections, ${PAYLOAD_BYTES}-byte payload`,
    'one Redis for both, emptied before every round; appendfsync is always for synced and everysec for fast',
    'a gateway each; no worker runs',
  ],
  metrics: HTTP_METRICS,
  apps: [],
  open,
};

async function open(stack: Stack): Promise<Pair> {
  const redis = new Redis(stack.redis.url);
  const fast = await stack.start('gateway', { DURABILITY: 'fast' });
  const subject = (name: string, appendfsync: string, url: string): Subject => ({
    name,
    does: `appendfsync ${appendfsync}`,
    run: async (seconds, signal) => {
      await redis.config('SET', 'appendfsync', appendfsync);
      return postJobs({ url: `${url}/v1/jobs`, apiKey: stack.apiKey, body: JOB, connections: CONNECTIONS, seconds }, signal);
    },
  });
  return {
    product: subject('synced', 'always', stack.url),
    peer: subject('fast', 'everysec', fast.url),
    reset: () => emptyRedis(redis),
    [Symbol.asyncDispose]: async () => redis.disconnect(),
  };
}
