import { connectProducer, type RedisClient } from '@dts/queue';
import { testPrefix, testRedisUrl, waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { decided } from '../fixtures/decided.js';
import { DecisionStore } from './decision-store.js';

describe('DecisionStore', () => {
  let redis: RedisClient;
  let prefix: string;
  let store: DecisionStore;

  beforeEach(async () => {
    redis = connectProducer(testRedisUrl(), () => undefined);
    await waitFor(() => redis.status === 'ready');
    prefix = testPrefix();
    store = new DecisionStore(redis, prefix);
  });
  afterEach(() => redis.disconnect());

  const record = (at: number, pool = 'io', token = 7) => store.record(token, decided({ at, pool }));
  const ats = async (limit: number, pool?: string, before?: string) => {
    const { items, next } = await store.list(limit, pool, before);
    return { ats: items.map(({ at }) => at), next };
  };

  it('has the last decision on each pool, with its state', async () => {
    await record(1);
    await record(2);
    await record(3, 'cpu');
    const latest = await store.latest();
    expect(latest).toEqual(
      new Map([
        ['io', decided({ at: 2 })],
        ['cpu', decided({ at: 3, pool: 'cpu' })],
      ]),
    );
  });

  it('lists them, the newest first, page after page', async () => {
    for (const at of [1, 2, 3, 4, 5]) await record(at, at === 2 ? 'cpu' : 'io');
    const first = await ats(2);
    expect(first).toEqual({ ats: [5, 4], next: expect.any(String) });
    const second = await ats(2, undefined, String(first.next));
    expect(second.ats).toEqual([3, 2]);
    await expect(ats(2, undefined, String(second.next))).resolves.toEqual({ ats: [1], next: null });
    const ofIo = await ats(3, 'io');
    expect(ofIo.ats).toEqual([5, 4, 3]);
    await expect(ats(3, 'io', String(ofIo.next))).resolves.toEqual({ ats: [1], next: null });
    await expect(ats(1, 'no-such')).resolves.toEqual({ ats: [], next: null });
  });

  it('keeps nothing of a leader whose term is over', async () => {
    await expect(record(1, 'io', 8)).resolves.toBe(true);
    await expect(record(2, 'io', 7)).resolves.toBe(false);
    await expect(record(3, 'io', 8)).resolves.toBe(true);
    await expect(record(4, 'io', 9)).resolves.toBe(true);
    await expect(record(5, 'io', 8)).resolves.toBe(false);
    expect((await ats(10)).ats).toEqual([4, 3, 1]);
    expect((await store.latest()).get('io')?.decision.at).toBe(4);
  });

  it('keeps the last thousands of them', async () => {
    const stream = `${prefix}:scaler:decisions`;
    const pipeline = redis.pipeline();
    for (let at = 0; at < 5_010; at++) pipeline.xadd(stream, '*', 'decision', JSON.stringify(decided({ at }).decision));
    await pipeline.exec();
    await record(9_999);
    await expect(redis.xlen(stream)).resolves.toBe(5_000);
  });
});
