import { randomBytes } from 'node:crypto';

/** The Redis of this Jest run. */
export function testRedisUrl(): string {
  const url = process.env.TEST_REDIS_URL;
  if (!url) throw new Error("TEST_REDIS_URL is not set: run the tests with the workspace's Jest preset, which starts a Redis");
  return url;
}

/** A BullMQ key prefix that no other test uses, so that tests share one Redis. */
export function testPrefix(): string {
  return `test-${randomBytes(8).toString('hex')}`;
}
