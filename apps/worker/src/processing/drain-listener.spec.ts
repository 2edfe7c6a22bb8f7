import { connectProducer, connectWorker, Drains, type RedisClient } from '@dts/queue';
import { testPrefix, testRedisUrl, waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DrainListener } from './drain-listener.js';

const ignore = () => undefined;
const LONG_MS = 60_000;

describe('DrainListener', () => {
  let prefix: string;
  let redis: RedisClient;
  let listening: RedisClient;
  let drains: Drains;
  let listener: DrainListener;
  let told: boolean[];

  beforeEach(async () => {
    prefix = testPrefix();
    redis = connectProducer(testRedisUrl(), ignore);
    listening = connectWorker(testRedisUrl(), ignore);
    drains = new Drains(redis, prefix);
    told = [];
    listener = new DrainListener(redis, listening, prefix, 'w', (wanted) => told.push(wanted));
    await waitFor(() => redis.status === 'ready');
  });

  afterEach(() => {
    listener.stop();
    redis.disconnect();
    listening.disconnect();
  });

  it('learns of a wish when it is told, and of its end', async () => {
    listener.start();
    await waitFor(async () => (await redis.pubsub('NUMSUB', `${prefix}:drains`))[1] === 1);
    await drains.request('w', LONG_MS);
    await waitFor(() => listener.isWanted);
    await drains.revoke('w');
    await waitFor(() => !listener.isWanted);
    expect(told).toEqual([true, false]);
  });

  it('finds what it was not told, and goes on once the wish has ended by itself', async () => {
    await drains.request('w', 500);
    listener.start();
    await waitFor(() => listener.isWanted);
    await waitFor(() => !listener.isWanted);
    expect(told).toEqual([true, false]);
  });
});
