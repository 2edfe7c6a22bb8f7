import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { type RedisServer, startCluster, startRedis, testPrefix, waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { keyPrefix } from './connection.js';
import { QueueError } from './errors.js';
import { Opened, open, submission } from './fixtures/open.js';
import type { Submission } from './submission.js';
import type { Outcome } from './submitter.js';

/** Milliseconds in which a caller must have an answer, whatever has become of Redis: the command timeout, on a busy machine. */
const ANSWER_MS = 5_000;

let server: RedisServer;
let opened: Opened;

beforeEach(async () => {
  server = await startRedis();
  opened = await open(server.url);
});
afterEach(async () => {
  opened[Symbol.dispose]();
  await server.stop();
});

const keyed = (count: number) => Array.from({ length: count }, () => submission({ idempotencyKey: randomUUID() }));
const unkeyed = (count: number) => Array.from({ length: count }, () => submission());
const told = (outcomes: readonly Outcome[]) => outcomes.map((outcome) => (outcome instanceof QueueError ? outcome.code : outcome.outcome));
const idsOf = (outcomes: readonly Outcome[]) => outcomes.map((outcome) => (outcome instanceof QueueError ? outcome.jobId : outcome.job.id));

/** Goes on submitting the same until every one is acknowledged. */
async function submitUntilAcknowledged(submissions: readonly Submission[]): Promise<Outcome[]> {
  const tryAll = async () => {
    const outcomes = await opened.jobs.submitMany(submissions);
    return outcomes.every((outcome) => !(outcome instanceof QueueError)) && outcomes;
  };
  return waitFor(tryAll, { timeoutMs: 10_000, describe: 'every submission to be acknowledged' });
}

/** What a batch says first has gone to the socket, where it is delivered even if we leave: nothing before it waits for anyone. */
const written = () => setImmediate();

async function expectStoredOnce(outcomes: readonly Outcome[]): Promise<void> {
  const stored = await opened.storedIds();
  expect(stored.sort()).toEqual(idsOf(outcomes).sort());
}

describe('a batch on a Redis that', () => {
  it('is paused is told within a second to be unknown, job by job, and is stored once when it is repeated', async () => {
    const batch = keyed(100);
    server.pause();
    const startedAt = performance.now();
    const outcomes = await opened.jobs.submitMany([...batch, submission({ name: 'no.such' })]);
    expect(performance.now() - startedAt).toBeLessThan(ANSWER_MS);
    expect(told(outcomes)).toEqual([...Array(100).fill('outcome-unknown'), 'unknown-job']);
    server.resume();
    const again = await submitUntilAcknowledged(batch);
    expect(idsOf(again)).toEqual(idsOf(outcomes.slice(0, 100)));
    await expectStoredOnce(again);
  });

  it('stores it and whose reply is lost is told to be unknown, never to be refused', async () => {
    server.pause();
    const answered = opened.jobs.submitMany(unkeyed(50));
    await written();
    opened.redis.disconnect(true);
    const outcomes = await answered;
    expect(told(outcomes)).toEqual(Array(50).fill('outcome-unknown'));
    server.resume();
    await waitFor(() => opened.redis.status === 'ready');
    await waitFor(async () => (await opened.storedIds()).length === 50, { describe: 'what was sent to be stored' });
    await expectStoredOnce(outcomes);
  });

  it('loses the reply to the claims has every job stored once when the batch is repeated', async () => {
    const batch = keyed(50);
    server.pause();
    const answered = opened.jobs.submitMany(batch);
    await written();
    opened.redis.disconnect(true);
    expect(told(await answered)).toEqual(Array(50).fill('outcome-unknown'));
    server.resume();
    await expectStoredOnce(await submitUntilAcknowledged(batch));
  });

  it('is killed in the middle keeps what it acknowledged, and takes the rest when it is back', async () => {
    const batches = Array.from({ length: 20 }, () => keyed(50));
    const answers = batches.map((batch) => opened.jobs.submitMany(batch));
    await answers[0];
    await server.kill();
    const acknowledged = (await Promise.all(answers)).flat().filter((outcome) => !(outcome instanceof QueueError));
    expect(acknowledged.length).toBeGreaterThanOrEqual(50);
    await server.restart();
    await waitFor(() => opened.redis.status === 'ready');
    expect(await opened.storedIds()).toEqual(expect.arrayContaining(idsOf(acknowledged)));
    await expectStoredOnce(await submitUntilAcknowledged(batches.flat()));
  });

  it('is gone is told to be certainly not stored', async () => {
    await server.kill();
    await waitFor(() => opened.redis.status !== 'ready');
    const outcomes = await opened.jobs.submitMany([...keyed(2), ...unkeyed(2)]);
    expect(told(outcomes)).toEqual(Array(4).fill('unavailable'));
    expect(idsOf(outcomes)).toEqual(Array(4).fill(expect.stringMatching(/^io_/)));
  });

  it('lacks the replicas that it demands stores nothing and says so', async () => {
    await opened.redis.config('SET', 'min-replicas-to-write', '1');
    const batch = [...keyed(3), ...unkeyed(3)];
    const outcomes = await opened.jobs.submitMany(batch);
    expect(told(outcomes)).toEqual(Array(6).fill('unavailable'));
    expect(outcomes[0]).toMatchObject({ message: expect.stringContaining('NOREPLICAS') });
    await opened.redis.config('SET', 'min-replicas-to-write', '0');
    await expect(opened.storedIds()).resolves.toEqual([]);
    await expectStoredOnce(await submitUntilAcknowledged(batch));
  });

  it('refuses some of a batch keeps the others, and each is told what became of it', async () => {
    const allowed = ['meta', 'id', 'completed', 'delayed', 'events', 'marker', 'io_*', 'idempotency:*']; // of delayed jobs only
    await opened.redis.call('ACL', 'SETUSER', 'default', 'resetkeys', ...allowed.map((key) => `~*:${key}`));
    const later = [...keyed(1), ...unkeyed(1), ...keyed(1)].map((kept) => ({ ...kept, options: { delay: 60_000 } }));
    const refused = unkeyed(2);
    const outcomes = await opened.jobs.submitMany(later.flatMap((kept, index) => [kept, ...refused.slice(index, index + 1)]));
    await opened.redis.call('ACL', 'SETUSER', 'default', 'allkeys');
    expect(told(outcomes)).toEqual(['created', 'unavailable', 'created', 'unavailable', 'created']);
    await expectStoredOnce(outcomes.filter((outcome) => !(outcome instanceof QueueError)));
  });
});

describe('a batch', () => {
  it('is refused at once before there is any Redis', async () => {
    await server.kill();
    using early = new Opened(server.url, testPrefix());
    expect(told(await early.jobs.submitMany([...keyed(1), ...unkeyed(1)]))).toEqual(['unavailable', 'unavailable']);
  });

  it('goes to the one node of a cluster that has all our keys, whatever its queues', async () => {
    const cluster = await startCluster();
    try {
      using inCluster = await open(cluster.url, keyPrefix(cluster.url, testPrefix()));
      const thumbnail = { sourceUrl: 'http://a.test/1.png', destinationUrl: 'http://a.test/2.png', width: 10 };
      const batch = [...keyed(50), submission({ name: 'image.thumbnail', payload: thumbnail, idempotencyKey: randomUUID() })];
      const first = await inCluster.jobs.submitMany([...batch, ...unkeyed(5)]);
      expect(told(first)).toEqual(Array(56).fill('created'));
      const again = await inCluster.jobs.submitMany(batch);
      expect(told(again)).toEqual(Array(51).fill('replayed'));
      expect((await inCluster.storedIds()).sort()).toEqual(idsOf(first).sort());
    } finally {
      await cluster.stop();
    }
  });

  it('is refused at once before there is any cluster', async () => {
    using early = new Opened('redis+cluster://127.0.0.1:1', '{early}');
    expect(told(await early.jobs.submitMany([...keyed(1), ...unkeyed(1)]))).toEqual(['unavailable', 'unavailable']);
  });
});
