import { startRedis, testPrefix, waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connectProducer } from '../connection.js';
import { type Opened, open, submission } from '../fixtures/open.js';
import { JobClient } from '../job-client.js';
import { RELATIVE_ERROR } from './duration-buckets.js';
import { QueueCounters } from './queue-counters.js';
import { StatisticsReader } from './statistics-reader.js';
import { StatisticsWriter } from './statistics-writer.js';

let opened: Opened;
let reader: StatisticsReader;

beforeEach(async () => {
  opened = await open();
  reader = new StatisticsReader(opened.redis, opened.prefix);
});
afterEach(() => opened[Symbol.dispose]());

/** A process that counts. */
const newProcess = () => {
  const counters = new QueueCounters();
  return { counters, writer: new StatisticsWriter(counters, opened.redis, opened.prefix) };
};
const slices = () => opened.redis.keys(`${opened.prefix}:statistics:*`);

describe('statistics', () => {
  it('of a queue in which nothing happened are zero and not known', async () => {
    await expect(reader.read('io')).resolves.toEqual({
      arrivalsPerSecond: 0,
      completionsPerSecond: 0,
      failuresPerSecond: 0,
      waitMs: null,
      runMs: null,
    });
  });

  it('are those of all processes together, and of each queue for itself', async () => {
    const [one, other] = [newProcess(), newProcess()];
    one.counters.arrived('io', 310);
    for (let ms = 1; ms <= 50; ms++) one.counters.ended('io', 'completed', ms, 10 * ms);
    for (let ms = 51; ms <= 100; ms++) other.counters.ended('io', ms > 90 ? 'failed' : 'other', ms, 10 * ms);
    other.counters.ended('cpu', 'completed', 1, 1);
    await Promise.all([one.writer.flush(), other.writer.flush()]);
    const { waitMs, runMs, ...rates } = await reader.read('io');
    for (const [q, rank] of [
      ['p50', 50],
      ['p95', 95],
      ['p99', 99],
    ] as const) {
      expect(Math.abs(Number(waitMs?.[q]) - rank)).toBeLessThanOrEqual(RELATIVE_ERROR * rank);
      expect(Math.abs(Number(runMs?.[q]) - 10 * rank)).toBeLessThanOrEqual(RELATIVE_ERROR * 10 * rank);
    }
    // The window is 300 to 310 seconds long.
    expect(rates.arrivalsPerSecond).toBeGreaterThanOrEqual(1);
    expect(rates.arrivalsPerSecond).toBeLessThanOrEqual(310 / 300);
    expect(rates.completionsPerSecond / rates.arrivalsPerSecond).toBeCloseTo(50 / 310, 9);
    expect(rates.failuresPerSecond / rates.arrivalsPerSecond).toBeCloseTo(10 / 310, 9);
    await expect(reader.read('rate-limited')).resolves.toMatchObject({ waitMs: null });
  });

  it('leave out what is older than the window, and end by themselves', async () => {
    const { counters, writer } = newProcess();
    counters.arrived('io');
    await writer.flush();
    const [key = ''] = await slices();
    const slice = Number(key.split(':').at(-1));
    await opened.redis.rename(key, key.replace(String(slice), String(slice - 29)));
    expect((await reader.read('io')).arrivalsPerSecond).toBeGreaterThan(0);
    await opened.redis.rename(String((await slices())[0]), key.replace(String(slice), String(slice - 32)));
    expect((await reader.read('io')).arrivalsPerSecond).toBe(0);
    const ttl = await opened.redis.pttl(String((await slices())[0]));
    expect([ttl > 300_000, ttl <= 330_000]).toEqual([true, true]);
  });

  it('tell of the attempts of the last minute how long they ran and how many failed, of those before where there is none', async () => {
    const { counters, writer } = newProcess();
    await expect(reader.recentRuns('io')).resolves.toEqual({ ended: 0, failureShare: null, meanRunMs: null });
    for (let count = 0; count < 9; count++) counters.ended('io', 'completed', 1, 100);
    counters.ended('io', 'failed', 1, 1_100);
    await writer.flush();
    const recent = await reader.recentRuns('io');
    expect(recent).toMatchObject({ ended: 10, failureShare: 0.1 });
    expect(Math.abs(Number(recent.meanRunMs) - 200)).toBeLessThanOrEqual(RELATIVE_ERROR * 200);
    const [key = ''] = await slices();
    await opened.redis.rename(
      key,
      key.replace(/\d+$/, (slice) => String(Number(slice) - 20)),
    );
    await expect(reader.recentRuns('io')).resolves.toEqual(recent);
    counters.ended('io', 'completed', 1, 50);
    await writer.flush();
    await expect(reader.recentRuns('io')).resolves.toMatchObject({ ended: 1, failureShare: 0 });
  });

  it('are sent again and again, with a last time at the end', async () => {
    const { counters, writer } = newProcess();
    writer.start();
    counters.ended('io', 'completed', 5, 5);
    await waitFor(async () => (await reader.read('io')).waitMs !== null, { timeoutMs: 15_000 });
    counters.arrived('cpu');
    await writer.stop();
    expect((await reader.read('cpu')).arrivalsPerSecond).toBeGreaterThan(0);
  });

  it('send nothing when there is nothing, and do without what Redis does not take', async () => {
    const { counters, writer } = newProcess();
    await writer.flush();
    expect(await slices()).toEqual([]);
    counters.ended('no-queue', 'completed', 1, 1);
    expect(counters.take().size).toBe(0);
    const server = await startRedis();
    const redis = connectProducer(server.url, () => undefined);
    await server.stop();
    counters.arrived('io');
    await new StatisticsWriter(counters, redis, testPrefix()).flush();
    redis.disconnect();
    expect(counters.take().size).toBe(0);
  });

  it('count as arrived what was newly stored, and not what was replayed or refused', async () => {
    const counters = new QueueCounters();
    const jobs = new JobClient(opened.queues, opened.redis, opened.prefix, opened.admission, undefined, counters);
    await jobs.submit(submission({ idempotencyKey: 'a' }));
    await jobs.submit(submission({ idempotencyKey: 'a' }));
    await expect(jobs.submit(submission({ payload: {} }))).rejects.toThrow();
    await jobs.submitMany([submission(), submission({ idempotencyKey: 'a' }), submission({ name: 'no.such' }), submission()]);
    expect([...counters.take()].map(([queue, increments]) => [queue, [...increments]])).toEqual([['io', [['a', 3]]]]);
  });
});
