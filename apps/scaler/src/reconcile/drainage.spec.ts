import { connectProducer, Drains, type RedisClient, type WorkerInfo } from '@dts/queue';
import { testPrefix, testRedisUrl, waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { workerInfo } from '../fixtures/workers.js';
import { Drainage } from './drainage.js';

const LONG_MS = 60_000;
const NOW = 1_000_000;

describe('Drainage', () => {
  let redis: RedisClient;
  let drains: Drains;
  let drainage: Drainage;

  beforeEach(async () => {
    redis = connectProducer(testRedisUrl(), () => undefined);
    await waitFor(() => redis.status === 'ready');
    drains = new Drains(redis, testPrefix());
    drainage = new Drainage(drains, LONG_MS);
  });
  afterEach(() => redis.disconnect());

  const aim = (count: number, workers: readonly WorkerInfo[], now = NOW) => drainage.aim(count, workers, LONG_MS, now);
  const wanted = async (workers: readonly WorkerInfo[]) => {
    const answers = await Promise.all(workers.map(({ id }) => drains.isWanted(id)));
    return workers.filter((_worker, index) => answers[index]).map(({ id }) => id);
  };
  const some = [
    workerInfo('a', { busy: 3 }),
    workerInfo('b', { busy: 1 }),
    workerInfo('c', { busy: 1, startedAt: 2 }),
    workerInfo('d', { busy: 2 }),
  ];

  it('chooses the least busy, and of these the youngest', async () => {
    await expect(aim(1, some)).resolves.toEqual({ leaving: [], givenUp: [] });
    await expect(wanted(some)).resolves.toEqual(['c']);
    await aim(3, some);
    await expect(wanted(some)).resolves.toEqual(['b', 'c', 'd']);
  });

  it('stays with those it has chosen, however busy the others are by now', async () => {
    await aim(1, some);
    const later = [workerInfo('a'), workerInfo('b'), workerInfo('c', { busy: 1, draining: true }), workerInfo('d')];
    await aim(1, later);
    await expect(wanted(later)).resolves.toEqual(['c']);
  });

  it('lets those go that have drained, and no other', async () => {
    await aim(2, some);
    const drained = some.map((worker) => (worker.id === 'c' ? { ...worker, draining: true, drained: true } : worker));
    expect((await aim(2, drained)).leaving.map(({ id }) => id)).toEqual(['c']);
  });

  it('takes back what is not wanted any more, the busiest first', async () => {
    await aim(2, some);
    await aim(1, some);
    await expect(wanted(some)).resolves.toEqual(['c']);
    await aim(0, some);
    await expect(wanted(some)).resolves.toEqual([]);
    expect(drainage.count).toBe(0);
  });

  it('gives up on one that takes too long, and leaves it alone for as long again', async () => {
    await aim(1, some);
    const { givenUp } = await aim(1, some, NOW + LONG_MS + 1);
    expect(givenUp.map(({ id }) => id)).toEqual(['c']);
    await expect(wanted(some)).resolves.toEqual(['b']);
    await aim(4, some, NOW + LONG_MS + 2);
    await expect(wanted(some)).resolves.toEqual(['a', 'b', 'd']);
    await aim(4, some, NOW + 2 * LONG_MS + 1);
    await expect(wanted(some)).resolves.toEqual(['a', 'b', 'c', 'd']);
  });

  it('leaves one alone that stops by itself', async () => {
    const leaving = [workerInfo('a', { draining: true }), workerInfo('b', { busy: 5 })];
    await drainage.take(leaving, NOW);
    await aim(1, leaving);
    await expect(wanted(leaving)).resolves.toEqual(['b']);
  });

  it('goes on with what an earlier leader has begun, and forgets who is gone', async () => {
    await aim(1, some);
    const seen = some.map((worker) => (worker.id === 'c' ? { ...worker, draining: true } : worker));
    const next = new Drainage(drains, LONG_MS);
    await next.take(seen, NOW);
    expect([next.count, seen.filter((worker) => next.has(worker)).map(({ id }) => id)]).toEqual([1, ['c']]);
    await next.take(seen.slice(0, 2), NOW);
    expect(next.count).toBe(0);
  });
});
