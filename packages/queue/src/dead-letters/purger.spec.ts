import { randomUUID } from 'node:crypto';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { bury, POISON, placesOf } from '../fixtures/dying.js';
import { type Opened, open, submission } from '../fixtures/open.js';
import { Purger } from './purger.js';
import { type Found, Redriver } from './redriver.js';

let opened: Opened;
let purger: Purger;
const all: Opened[] = [];

beforeEach(async () => {
  opened = await open();
  all.push(opened);
  purger = new Purger(opened.queues, opened.redis, opened.prefix);
  await opened.redis.hset(operation(), { token: 1 });
});
afterAll(() => {
  for (const each of all) each[Symbol.dispose]();
});

const operation = () => `${opened.prefix}:operation:x`;
const found = (finishedAt: number | null, token = 1): Found => ({
  fence: { key: operation(), id: 'x', token },
  finishedAt: Number(finishedAt),
});
const buryOne = async (changes = {}) => opened.jobs.get((await bury(opened, [changes]))[0] as string);
const keysWith = (id: string) => opened.redis.keys(`${opened.prefix}:*${id}*`);

describe('a purged job', () => {
  it('is gone with all that BullMQ keeps of it, as if BullMQ had removed it', async () => {
    const [theirs, ours] = [await buryOne(), await buryOne()];
    for (const { id } of [theirs, ours]) await (await opened.queues.io.getJob(id))?.log('a line');
    await opened.queues.io.remove(theirs.id);
    expect(await purger.purge(ours, found(ours.finishedAt))).toBe('purged');
    for (const { id } of [theirs, ours]) expect([await keysWith(id), await placesOf(opened, 'io', id)]).toEqual([[], []]);
    const events = await opened.redis.xrevrange(opened.queues.io.toKey('events'), '+', '-', 'COUNT', 2);
    expect(events.map(([, fields]) => fields)).toEqual([ours, theirs].map(({ id }) => ['event', 'removed', 'jobId', id, 'prev', 'failed']));
    expect(await opened.redis.hget(operation(), 'done')).toBe('1');
  });

  it('is told by its key as what it was: dead, and why', async () => {
    const idempotencyKey = randomUUID();
    const job = await buryOne({ idempotencyKey });
    await purger.purge(job, found(job.finishedAt));
    for (let time = 0; time < 2; time++) {
      await expect(opened.jobs.submit(submission({ idempotencyKey }))).resolves.toMatchObject({
        outcome: 'replayed',
        job: { id: job.id, state: 'dead', error: POISON, finishedAt: job.finishedAt, result: null },
      });
    }
    await expect(opened.jobs.get(job.id)).rejects.toMatchObject({ code: 'job-not-found' });
    const other = submission({ idempotencyKey, payload: { url: 'http://elsewhere.test/' } });
    await expect(opened.jobs.submit(other)).rejects.toMatchObject({ code: 'idempotency-conflict' });
  });

  it('leaves its key for as long as it was to be remembered', async () => {
    const job = await buryOne({ idempotencyKey: randomUUID() });
    const [claim] = await opened.redis.keys(`${opened.prefix}:idempotency:*`);
    await opened.redis.expire(String(claim), 1_000);
    await purger.purge(job, found(job.finishedAt));
    expect(await opened.redis.ttl(String(claim))).toBeLessThanOrEqual(1_000);
    expect(await opened.redis.ttl(String(claim))).toBeGreaterThan(0);
  });
});

describe('a job is left alone', () => {
  it('that was redriven since it was found', async () => {
    const job = await buryOne();
    const stored = await opened.queues.io.getJob(job.id);
    if (!stored) throw new Error('not stored');
    await new Redriver(opened.queues, opened.redis, opened.prefix).redrive('io', stored);
    expect(await purger.purge(job, found(job.finishedAt))).toBe('changed');
    expect(await placesOf(opened, 'io', job.id)).toEqual(['waiting']);
    expect(await opened.jobs.get(job.id)).toMatchObject({ state: 'waiting' });
  });

  it('that died anew since it was found', async () => {
    const job = await buryOne();
    expect(await purger.purge(job, found(Number(job.finishedAt) - 1))).toBe('changed');
    expect(await placesOf(opened, 'io', job.id)).toEqual(['failed']);
  });

  it('by whoever has lost the turn', async () => {
    const job = await buryOne();
    expect(await purger.purge(job, found(job.finishedAt, 0))).toBe('fenced');
    expect(await placesOf(opened, 'io', job.id)).toEqual(['failed']);
    expect(await opened.redis.hget(operation(), 'done')).toBeNull();
  });
});
