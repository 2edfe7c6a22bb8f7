import { createSignal, testPrefix, testRedisUrl, waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connectProducer, connectWorker, type RedisClient } from './connection.js';
import { Drains } from './drains.js';

const ignore = () => undefined;
const LONG_MS = 60_000;

describe('Drains', () => {
  let prefix: string;
  let redis: RedisClient;
  let listener: RedisClient;
  let drains: Drains;

  beforeEach(async () => {
    prefix = testPrefix();
    redis = connectProducer(testRedisUrl(), ignore);
    listener = connectWorker(testRedisUrl(), ignore);
    drains = new Drains(redis, prefix);
    await waitFor(() => redis.status === 'ready');
  });

  afterEach(() => {
    redis.disconnect();
    listener.disconnect();
  });

  it('are wanted until they are revoked, each worker by itself', async () => {
    await drains.request('a', LONG_MS);
    await expect(Promise.all(['a', 'b'].map((id) => drains.isWanted(id)))).resolves.toEqual([true, false]);
    await drains.revoke('a');
    await expect(drains.isWanted('a')).resolves.toBe(false);
  });

  it('end by themselves where whoever wished has died, later when it wishes again', async () => {
    await drains.request('a', 300);
    await drains.request('b', 300);
    await drains.request('b', LONG_MS);
    await waitFor(async () => !(await drains.isWanted('a')));
    await expect(drains.isWanted('b')).resolves.toBe(true);
  });

  it('are told to their worker, when they come and when they go, and to no other', async () => {
    const [come, gone] = [createSignal('come'), createSignal('gone')];
    const told: string[] = [];
    drains.listen(listener, 'a', () => (told.push('a') === 1 ? come : gone).set());
    drains.listen(listener, 'b', () => told.push('b'));
    await waitFor(async () => (await redis.pubsub('NUMSUB', `${prefix}:drains`))[1] === 1);
    await drains.request('a', LONG_MS);
    await come.wait();
    await drains.request('a', LONG_MS); // is no news
    await drains.revoke('a');
    await gone.wait();
    expect(told).toEqual(['a', 'a']);
  });
});
