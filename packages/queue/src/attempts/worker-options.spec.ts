import { testPrefix, testRedisUrl, waitFor } from '@dts/testkit';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Queue, UnrecoverableError, Worker } from 'bullmq';
import { connectWorker, type RedisClient } from '../connection.js';
import { workerOptions } from './worker-options.js';

/** Long past what is kept of completed jobs. */
const OLD = 1_000_000_000_000;

let redis: RedisClient;
let queue: Queue;
let worker: Worker;

beforeEach(async () => {
  redis = connectWorker(testRedisUrl(), () => {});
  const prefix = testPrefix();
  queue = new Queue('io', { connection: redis, prefix });
  const run = async ({ name }: { name: string }) => (name === 'bad' ? Promise.reject(new UnrecoverableError('no')) : 'fine');
  worker = new Worker('io', run, workerOptions(redis, prefix, 'w', 5_000));
});
afterEach(async () => {
  await worker.close();
  await queue.close();
  redis.disconnect();
});

it('trims completed jobs, and never those that failed', async () => {
  const key = (set: string) => queue.toKey(set);
  for (const set of ['completed', 'failed']) await redis.zadd(key(set), OLD, 'old');
  worker.run().catch(() => {});
  await queue.addBulk(['bad', 'good'].map((name) => ({ name, data: {} })));
  await waitFor(async () => (await redis.zcard(key('failed'))) === 2 && (await redis.zscore(key('completed'), 'old')) === null);
  expect(await redis.zscore(key('failed'), 'old')).toBe(String(OLD));
});
