import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import {
  type RedisCluster,
  type ReplicaSet,
  type SentinelGroup,
  startCluster,
  startReplicaSet,
  startSentinel,
  testPrefix,
  waitFor,
} from '@dts/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { keyPrefix } from './connection.js';
import { QueueError } from './errors.js';
import { type Opened, open, submission } from './fixtures/open.js';
import { jobIdFor } from './job-id.js';
import type { Submitted } from './submission.js';

/** Milliseconds in which a caller must have an answer: two waits for replicas and a command timeout, on a busy machine. */
const ANSWER_MS = 5_000;

const submit = (to: Opened, idempotencyKey?: string) => to.jobs.submit(submission({ idempotencyKey }));
/** A replica is online a moment before it has taken in what it was sent: then nothing is acknowledged yet. */
const untilAcknowledged = (of: Opened) => waitFor(() => submit(of), { timeoutMs: 10_000, describe: 'a submission to be acknowledged' });
const keyOf = (of: Opened, { job }: Submitted) => of.queues[job.queue].toKey(job.id);

describe('with replicas', () => {
  let set: ReplicaSet;
  let opened: Opened;

  beforeEach(async () => {
    set = await startReplicaSet();
    opened = await open(set.master.url, testPrefix(), 1);
    await untilAcknowledged(opened);
  });
  afterEach(async () => {
    opened[Symbol.dispose]();
    await set.stop();
  });

  const isOnEveryReplica = async (key: string) =>
    (await Promise.all(set.replicas.map((replica) => replica.call('EXISTS', key)))).every((found) => found === 1);

  it('a job is on all of them when it is acknowledged', async () => {
    for (let round = 0; round < 20; round++) {
      await expect(submit(opened).then((submitted) => isOnEveryReplica(keyOf(opened, submitted)))).resolves.toBe(true);
    }
  });

  it('nothing is acknowledged while one of them hangs, neither jobs nor replays nor cancellations, and all is when it is back', async () => {
    const [before, key] = [randomUUID(), randomUUID()];
    const earlier = await submit(opened, before);
    set.replicas[1]?.pause();
    const startedAt = performance.now();
    const outcomes = await Promise.allSettled([
      submit(opened, key),
      submit(opened, before),
      opened.jobs.cancel(earlier.job.id),
      opened.jobs.submitMany([submission(), submission()]).then(([first]) => Promise.reject(first)),
    ]);
    expect(performance.now() - startedAt).toBeLessThan(ANSWER_MS);
    for (const outcome of outcomes) {
      const message = expect.stringContaining('1 of 2 replicas acknowledged it in time');
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'outcome-unknown', message, jobId: expect.any(String) } });
    }
    await expect(opened.storedIds()).resolves.toContain(jobIdFor('io', 'acme', key));
    set.replicas[1]?.resume();
    const again = await waitFor(() => submit(opened, key));
    expect(again.outcome).toBe('replayed');
    await expect(isOnEveryReplica(keyOf(opened, again))).resolves.toBe(true);
    await expect(opened.jobs.cancel(earlier.job.id)).resolves.toMatchObject({ state: 'cancelled' });
  });

  it('a replica that is promoted has what was acknowledged; without the wait it has not', async () => {
    using careless = await open(set.master.url, opened.prefix);
    const [replica] = set.replicas;
    if (!replica) throw new Error('there is none');
    const promised = await submit(opened);
    replica.pause();
    const lost = await submit(careless);
    await expect(submit(opened)).rejects.toMatchObject({ code: 'outcome-unknown' });
    await set.master.kill();
    await replica.kill(); // what it was sent and has not read yet goes with it
    await replica.restart();
    await set.promote(replica);
    await expect(replica.call('EXISTS', keyOf(opened, promised))).resolves.toBe(1);
    await expect(replica.call('EXISTS', keyOf(opened, lost))).resolves.toBe(0);
  });

  it('those who submit at the same time share a wait', async () => {
    await set.master.call('CONFIG', 'RESETSTAT');
    await Promise.all(Array.from({ length: 200 }, () => submit(opened)));
    const stats = await set.master.info('commandstats');
    const waits = Number(/calls=(\d+)/.exec(stats.get('cmdstat_wait') ?? '')?.[1]);
    expect(waits).toBeGreaterThanOrEqual(1);
    expect(waits).toBeLessThan(100);
  });

  it('one that comes along later is waited for as well', async () => {
    await set.replicas[1]?.kill();
    await set.untilReplicas(1);
    await submit(opened);
    await set.replicas[1]?.restart();
    await set.untilReplicas(2);
    await expect(untilAcknowledged(opened).then((submitted) => isOnEveryReplica(keyOf(opened, submitted)))).resolves.toBe(true);
  });

  it('nothing is stored where fewer are online than there must be', async () => {
    using demanding = await open(set.master.url, testPrefix(), 3);
    const needs = 'Redis has 2 replicas online; DURABILITY=replicated needs 3 or more';
    await expect(submit(demanding)).rejects.toMatchObject({ code: 'unavailable', message: needs });
    await expect(demanding.replication?.problems()).resolves.toEqual([needs]);
    await expect(demanding.storedIds()).resolves.toEqual([]);
    await expect(opened.replication?.problems()).resolves.toEqual([]);
  });

  it('acknowledging ends with the last one and begins with the first', async () => {
    await submit(opened);
    await Promise.all(set.replicas.map((replica) => replica.kill()));
    await set.untilReplicas(0);
    await expect(submit(opened)).rejects.toMatchObject({ code: 'outcome-unknown' });
    await expect(submit(opened)).rejects.toMatchObject({ code: 'unavailable' });
    await set.replicas[0]?.restart();
    await expect(untilAcknowledged(opened)).resolves.toMatchObject({ outcome: 'created' });
  });

  it('is worth nothing on another server than the one that took the job', async () => {
    const other = await startReplicaSet({ replicas: 1 });
    const elsewhere = await open(other.master.url, opened.prefix, 1);
    await untilAcknowledged(elsewhere);
    const submitted = await submit(opened);
    const confirmed = elsewhere.replication?.confirm(keyOf(opened, submitted), submitted.job.id);
    await expect(confirmed).rejects.toMatchObject({ code: 'outcome-unknown', message: expect.stringContaining('not on the server') });
    elsewhere[Symbol.dispose]();
    await other.stop();
  });
});

describe('through Sentinel', () => {
  let group: SentinelGroup;

  beforeEach(async () => {
    group = await startSentinel();
  });
  afterEach(() => group.stop());

  it('every job that was acknowledged is on the new master after the old one was killed under load', async () => {
    using opened = await open(group.url, testPrefix(), 1);
    const acknowledged: string[] = [];
    let over = false;
    const submitOn = async () => {
      while (!over) {
        const submitted = await submit(opened, randomUUID()).catch((error: unknown) => error);
        if (!(submitted instanceof Error)) acknowledged.push((submitted as Submitted).job.id);
        else {
          expect(submitted).toBeInstanceOf(QueueError);
          await setImmediate(); // refused without a word to anyone: others must get their turn
        }
      }
    };
    const callers = Array.from({ length: 16 }, submitOn);
    const acknowledgedAfter = (count: number) => waitFor(() => acknowledged.length > count, { timeoutMs: 20_000 });
    await acknowledgedAfter(200);
    const old = await group.master();
    await old.kill();
    await group.untilPromoted(old);
    await acknowledgedAfter(acknowledged.length + 100);
    over = true;
    await Promise.all(callers);
    const stored = new Set(await opened.storedIds());
    expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
  });
});

describe('in a cluster', () => {
  let cluster: RedisCluster;

  beforeAll(async () => {
    cluster = await startCluster({ replicas: 1 });
  });
  afterAll(() => cluster.stop());

  it('the replicas of the node that has our keys are asked', async () => {
    using opened = await open(cluster.url, keyPrefix(cluster.url, testPrefix()), 1);
    await untilAcknowledged(opened);
    const master = await cluster.masterOf(keyOf(opened, await submit(opened)));
    const port = /port=(\d+)/.exec(String((await master.info('replication')).get('slave0')))?.[1];
    const replica = cluster.nodes.find((node) => String(node.port) === port);
    replica?.pause();
    const key = randomUUID();
    await expect(submit(opened, key)).rejects.toMatchObject({ code: 'outcome-unknown' });
    replica?.resume();
    await expect(waitFor(() => submit(opened, key))).resolves.toMatchObject({ outcome: 'replayed' });
  });
});
