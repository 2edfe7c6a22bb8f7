import { Redis } from 'ioredis';
import { type RedisServer, startRedis } from '../redis/redis-server.js';

// One for the whole run. Setup and teardown are called once however many projects name them.
let server: RedisServer | undefined;

/**
 * Starts the run's Redis, or takes the one that TEST_REDIS_URL names, and tells the tests.
 * @throws Error within seconds: a BullMQ client would wait for a missing Redis for ever, and so would the suite.
 */
export async function provideRedis(env: NodeJS.ProcessEnv = process.env): Promise<void> {
  if (env.TEST_REDIS_URL) return ping(env.TEST_REDIS_URL);
  server = await startRedis();
  env.TEST_REDIS_URL = server.url;
}

export async function stopProvidedRedis(): Promise<void> {
  await server?.stop();
  server = undefined;
}

async function ping(url: string): Promise<void> {
  const client = new Redis(url, { lazyConnect: true, connectTimeout: 2_000, commandTimeout: 2_000, retryStrategy: () => null });
  client.on('error', () => {}); // reported by connect()
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    throw new Error('the Redis that TEST_REDIS_URL names does not answer; unset it to have one started', { cause: error });
  } finally {
    client.disconnect();
  }
}
