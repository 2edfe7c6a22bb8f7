import { waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bury, POISON, workOn } from '../fixtures/dying.js';
import { type Opened, open, submission } from '../fixtures/open.js';
import { storeInSet } from '../fixtures/placed-jobs.js';
import type { Place } from '../ordered-set.js';
import type { DeadLetterFilter } from './dead-letter-filter.js';
import { DeadLetters } from './dead-letters.js';

const THUMBNAIL = { name: 'image.thumbnail', payload: { sourceUrl: 'http://a.test/x.png', destinationUrl: 'http://a.test/y', width: 9 } };
const OTHER = { code: 'timeout', message: 'took too long' };

let opened: Opened;
let deadLetters: DeadLetters;
/** By when they died, the last first. */
let ids: readonly string[];
let middle: number;

beforeAll(async () => {
  opened = await open();
  deadLetters = new DeadLetters(opened.queues, opened.redis, opened.prefix, opened.jobs);
  const first = await bury(opened, [{ options: { tags: ['a', 'b'] } }, { tenant: 'globex' }, THUMBNAIL]);
  middle = Number((await opened.jobs.get(first[2] as string)).finishedAt) + 1;
  await waitFor(() => Date.now() > middle);
  const then = await bury(opened, [{ options: { tags: ['b'] } }, { ...THUMBNAIL, tenant: 'globex' }], OTHER);
  await using _worker = workOn('io', opened, async () => 'fine');
  const { job: cancelled } = await opened.jobs.submit(submission());
  await opened.jobs.cancel(cancelled.id).catch(() => undefined);
  const records = await Promise.all([...first, ...then].map((id) => opened.jobs.get(id)));
  ids = records.toSorted((a, b) => Number(b.finishedAt) - Number(a.finishedAt) || (a.id < b.id ? 1 : -1)).map(({ id }) => id);
}, 60_000);
afterAll(() => opened[Symbol.dispose]());

async function listAll(filter: DeadLetterFilter, limit: number): Promise<string[]> {
  const found: string[] = [];
  let after: Place | undefined;
  do {
    const { items, next } = await deadLetters.list(filter, limit, after);
    expect(items.length).toBeLessThanOrEqual(limit);
    found.push(...items.map(({ id }) => id));
    after = next;
  } while (after);
  return found;
}

describe('list', () => {
  it.each([1, 2, 3, 5, 100])('tells each dead job of all queues once, the last first, in pages of %p', async (limit) => {
    expect(await listAll({}, limit)).toEqual(ids);
  });

  it.each<[string, (now: number) => DeadLetterFilter, number]>([
    ['queue', () => ({ queue: 'cpu' }), 2],
    ['name', () => ({ name: 'http.request' }), 3],
    ['reason', () => ({ reason: 'timeout' }), 2],
    ['tag', () => ({ tag: 'b' }), 2],
    ['tag that is a part of another', () => ({ tag: 'bb' }), 0],
    ['tenant', () => ({ tenant: 'globex' }), 2],
    ['since', (at) => ({ since: at }), 2],
    ['until', (at) => ({ until: at }), 3],
    ['all of them', (at) => ({ queue: 'io', name: 'http.request', reason: POISON.code, tag: 'a', tenant: 'acme', until: at }), 1],
    ['two that exclude each other', (at) => ({ since: at, until: at }), 0],
  ])('filters by %s', async (_what, filter, count) => {
    const expected = await Promise.all(ids.map((id) => opened.jobs.get(id)));
    const found = await listAll(filter(middle), 2);
    expect(found).toHaveLength(count);
    expect(found).toEqual(expected.map(({ id }) => id).filter((id) => found.includes(id)));
  });

  it('leaves out what was cancelled', async () => {
    expect(await opened.redis.zcard(opened.queues.io.toKey('failed'))).toBeGreaterThanOrEqual(3);
    expect((await deadLetters.list({}, 100)).items.every(({ state }) => state === 'dead')).toBe(true);
  });
});

describe('preview', () => {
  it('tells how many there are, and those that died first', async () => {
    const { sample, ...counts } = await deadLetters.preview({});
    expect(counts).toEqual({ matched: 5, complete: true });
    expect(sample.map(({ id }) => id)).toEqual(ids.toReversed());
    const first = sample.find(({ tags }) => tags.includes('b'))?.id ?? '';
    await expect(deadLetters.preview({ tag: 'b' }, 1)).resolves.toMatchObject({ matched: 1, complete: true, sample: [{ id: first }] });
  });
});

describe('preview of as many as are looked at', () => {
  let many: Opened;

  beforeAll(async () => {
    many = await open();
    for (let from = 0; from < 10_000; from += 250) {
      await Promise.all(Array.from({ length: 250 }, (_, index) => storeInSet(many, 'failed', 1_000 + from + index, dead(from + index))));
    }
  }, 60_000);
  afterAll(() => many[Symbol.dispose]());

  const dead = (index: number) => ({ key: `job-${index}`, fields: { finishedOn: 1_000 + index, failedReason: 'answered 500' } });

  it('is complete, and with one more it is not', async () => {
    const letters = new DeadLetters(many.queues, many.redis, many.prefix, many.jobs);
    await expect(letters.preview({})).resolves.toMatchObject({ matched: 10_000, complete: true });
    await storeInSet(many, 'failed', 1_000_000, { ...dead(0), key: 'one-more' });
    await expect(letters.preview({})).resolves.toMatchObject({ matched: 10_000, complete: false });
  }, 60_000);
});

describe('retry', () => {
  it('lets a dead job start anew, and says so again while it has not ended', async () => {
    const [id] = (await bury(opened, [{}])) as [string];
    await expect(deadLetters.retry(id)).resolves.toMatchObject({ state: 'waiting', redrives: 1 });
    await expect(deadLetters.retry(id)).resolves.toMatchObject({ state: 'waiting', redrives: 1 });
    await using _worker = workOn('io', opened, async () => 'fine');
    await waitFor(async () => (await opened.jobs.get(id)).state === 'completed');
    await expect(deadLetters.retry(id)).rejects.toMatchObject({ code: 'not-retryable' });
  });

  it('refuses what has not ended, and what is not there', async () => {
    const { job } = await opened.jobs.submit(submission({ options: { delay: 60_000 } }));
    await expect(deadLetters.retry(job.id)).rejects.toMatchObject({ code: 'not-retryable', message: expect.stringContaining('scheduled') });
    await expect(deadLetters.retry('io_00000000000000000000000000')).rejects.toMatchObject({ code: 'job-not-found' });
    await expect(deadLetters.retry('wait')).rejects.toMatchObject({ code: 'job-not-found' });
  });
});
