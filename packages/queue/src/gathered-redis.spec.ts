import { once } from 'node:events';
import { testPrefix, testRedisUrl } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { GatheredRedis } from './gathered-redis.js';

describe('GatheredRedis', () => {
  let redis: GatheredRedis;

  beforeEach(async () => {
    redis = new GatheredRedis(testRedisUrl());
    await once(redis, 'ready');
  });
  afterEach(() => redis.disconnect());

  it('sends the commands of one turn in one piece, and gives each its own reply', async () => {
    const key = `${testPrefix()}:count`;
    // Node writes several pieces at once by one of them, and a single one by the other.
    const pieces = jest.spyOn(redis.stream as Required<typeof redis.stream>, '_writev');
    const single = jest.spyOn(redis.stream, '_write');
    const pipeline = redis.pipeline().incr(key).expire(key, 60);
    expect(await Promise.all([redis.incr(key), pipeline.exec(), redis.incr(key)])).toEqual([
      1,
      [
        [null, 2],
        [null, 1],
      ],
      3,
    ]);
    expect([pieces.mock.calls.length, single.mock.calls.length]).toEqual([1, 0]);
  });

  it('sends those of the next turn as well, and what is left when the connection ends', async () => {
    expect([await redis.ping(), await redis.ping()]).toEqual(['PONG', 'PONG']);
    const [last, end] = [redis.ping(), redis.quit()];
    expect([await last, await end]).toEqual(['PONG', 'OK']);
  });
});
