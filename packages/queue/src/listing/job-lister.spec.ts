import { createSignal, waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { UnrecoverableError } from 'bullmq';
import { encodeAttempt } from '../attempt.js';
import { FlowBench, job as flowJob } from '../fixtures/flow-bench.js';
import { type Opened, open, submission, work } from '../fixtures/open.js';
import { idOf, storeInList, storeInSet } from '../fixtures/placed-jobs.js';
import type { SubmitOptions } from '../job-options.js';
import { JOB_STATES, type StoredJob } from '../job-record.js';
import type { JobFilter } from './job-filter.js';
import { JobLister, type ListPosition } from './job-lister.js';

let opened: Opened;
let lister: JobLister;

beforeEach(async () => {
  opened = await open();
  lister = new JobLister(opened.queues, opened.redis);
});
afterEach(() => opened[Symbol.dispose]());

const keyOf = (place: string) => opened.queues.io.toKey(place);
const submit = async (options: SubmitOptions = {}, changes = {}) => (await opened.jobs.submit(submission({ options, ...changes }))).job.id;
const keys = (count: number, name = 'job') => Array.from({ length: count }, (_, index) => `${name}-${String(index).padStart(4, '0')}`);

/** All pages, and what happens between them. */
async function pagesOf(filter: Partial<JobFilter>, limit: number, between: (told: readonly string[]) => Promise<unknown> = async () => {}) {
  const pages: string[][] = [];
  let from: ListPosition | undefined;
  do {
    const { items, next } = await lister.list({ states: JOB_STATES, ...filter }, limit, from);
    pages.push(items.map(({ id }) => id));
    from = next;
    await between(pages.flat());
  } while (from);
  return pages;
}

const idsOf = async (...args: Parameters<typeof pagesOf>) => (await pagesOf(...args)).flat();

/** Of all that `ids` names, how often each was told. */
const timesTold = (told: string[], ids: readonly string[]) => new Set(ids.map((id) => told.filter((other) => other === id).length));

describe('JobLister', () => {
  it('tells each job as reading it by its id does, in every state', async () => {
    const dies = (job: StoredJob, code: string) => {
      const error = Object.assign(new UnrecoverableError(code), {
        stack: encodeAttempt({ number: 1, startedAt: 1, finishedAt: 2, worker: 'w', error: { code, message: code } }),
      });
      return Promise.reject(job && error);
    };
    const started = createSignal('started');
    const finish = createSignal('finish');
    const run = async (job: StoredJob) => {
      const { does } = job.data.payload as { does?: string };
      if (does === 'stay') {
        started.set();
        return finish.wait(30_000);
      }
      return does === undefined ? 'done' : dies(job, does);
    };
    const add = (does?: string) =>
      opened.queues.io.add('http.request', { payload: { does }, tenant: 'acme' }, { jobId: idOf(does ?? 'ok') });
    const ended = [await add(), await add('http-status'), await add('cancelled'), await add('expired')];
    await add('stay');
    await using _worker = work(opened, run, { concurrency: 5 });
    await started.wait();
    await waitFor(async () =>
      (await Promise.all(ended.map((job) => job.isCompleted().then(async (is) => is || job.isFailed())))).every(Boolean),
    );
    const cancelled = await submit({ delay: 60_000 });
    await opened.redis.hset(keyOf(cancelled), 'defa', 'cancelled');
    await submit({ delay: 60_000, priority: 2 });
    await opened.queues.io.pause();
    const alsoCancelled = await submit();
    await opened.jobs.cancel(alsoCancelled);
    await submit({ priority: 7 });
    await submit();
    const all = await opened.storedIds();
    const records = await Promise.all(all.map((id) => opened.jobs.get(id)));
    expect(new Set(records.map(({ state }) => state))).toEqual(new Set(JOB_STATES.filter((state) => state !== 'waiting-children')));
    for (const state of JOB_STATES) {
      const { items, next } = await lister.list({ states: [state] }, 100);
      const expected = records.filter((record) => record.state === state);
      expect([...items].sort((a, b) => a.id.localeCompare(b.id))).toEqual(expected.sort((a, b) => a.id.localeCompare(b.id)));
      expect(next).toBeUndefined();
    }
    expect((await idsOf({}, 3)).sort()).toEqual([...all].sort());
    finish.set();
  });

  it('tells the newest first', async () => {
    const waiting = [await submit(), await submit(), await submit()];
    const scheduled = [await submit({ delay: 60_000 }), await submit({ delay: 120_000 })];
    await expect(idsOf({ states: ['waiting'] }, 2)).resolves.toEqual(waiting.toReversed());
    await expect(idsOf({ states: ['scheduled'] }, 2)).resolves.toEqual(scheduled.toReversed());
  });

  it('tells jobs that wait for others of their key among those that wait, not among those that are scheduled', async () => {
    const inOrder = [];
    for (let index = 0; index < 7; index++) inOrder.push(await submit({ orderingKey: 'customer-7' }));
    const later = [await submit({ delay: 60_000 }), await submit({ delay: 120_000 })];
    const parked = await opened.redis.zcard(keyOf('delayed'));
    expect(parked).toBeGreaterThan(later.length);
    const waiting = await idsOf({ states: ['waiting'] }, 2);
    expect(waiting.sort()).toEqual(inOrder.sort());
    expect(waiting.length).toBe(7);
    await expect(idsOf({ states: ['scheduled'] }, 1)).resolves.toEqual(later.toReversed());
    const { items } = await lister.list({ states: ['waiting'] }, 100);
    for (const item of items) expect(item).toEqual(await opened.jobs.get(item.id));
  });

  it('tells a job that waits for its children, and cancelled ones that no worker has come by', async () => {
    const { flows } = new FlowBench(opened);
    const { flow } = await flows.submit({ root: flowJob('parent', { children: [flowJob('child')] }), tenant: 'acme' });
    await expect(idsOf({ states: ['waiting-children'] }, 5)).resolves.toEqual([flow.root.job.id]);
    await expect(idsOf({ states: ['cancelled'] }, 5)).resolves.toEqual([]);
    const scheduled = await submit({ delay: 60_000 });
    for (const id of [flow.root.job.id, scheduled]) await opened.redis.hset(keyOf(id), 'defa', 'cancelled');
    expect((await idsOf({ states: ['cancelled'] }, 1)).sort()).toEqual([flow.root.job.id, scheduled].sort());
    await expect(idsOf({ states: ['waiting-children', 'scheduled'] }, 5)).resolves.toEqual([]);
  });

  it('finds by tenant, tag, name and queue, and does not take the words of a payload for them', async () => {
    const tagged = await submit({ tags: ['order:7', 'b'] });
    const thumbnail = { sourceUrl: 'http://a.test/1.png', destinationUrl: 'http://a.test/2.png', width: 9 };
    const other = await submit({ tags: ['order:7'] }, { name: 'image.thumbnail', payload: thumbnail, tenant: 'globex' });
    await submit({}, { payload: { url: 'http://a.test/', json: { tenant: 'globex', tags: ['order:7'] } } });
    await expect(idsOf({ tag: 'order:7' }, 50)).resolves.toEqual([tagged, other]);
    await expect(idsOf({ tag: 'order' }, 50)).resolves.toEqual([]);
    await expect(idsOf({ tenant: 'globex' }, 50)).resolves.toEqual([other]);
    await expect(idsOf({ tenant: 'acme', tag: 'order:7' }, 50)).resolves.toEqual([tagged]);
    await expect(idsOf({ name: 'image.thumbnail' }, 50)).resolves.toEqual([other]);
    await expect(idsOf({ queue: 'cpu' }, 50)).resolves.toEqual([other]);
  });

  it('looks at no more jobs for a page than it may, whatever passes the filter', async () => {
    for (const key of keys(2_600)) await storeInList(opened, 'wait', { key, tenant: 'globex' });
    const ours = await storeInSet(opened, 'completed', 1, { key: 'ours', fields: { finishedOn: 1 } });
    const pages = await pagesOf({ tenant: 'acme' }, 50);
    expect(pages.flat()).toEqual([ours]);
    expect(pages.length).toBeGreaterThanOrEqual(3);
  });

  it('tells fewer jobs to a page when they are large', async () => {
    const payload = { text: 'x'.repeat(250_000) };
    for (const key of keys(40)) await storeInSet(opened, 'completed', 1, { key, payload, fields: { finishedOn: 1 } });
    const pages = await pagesOf({ states: ['completed'] }, 100);
    expect(Math.max(...pages.map((page) => page.length))).toBeLessThanOrEqual(20);
    expect(timesTold(pages.flat(), keys(40).map(idOf))).toEqual(new Set([1]));
  });

  it('leaves out what cannot be read by its id', async () => {
    await opened.queues.io.add('http.request', { payload: {}, tenant: 'acme' }, { jobId: 'of-somebody-else' });
    await expect(idsOf({}, 50)).resolves.toEqual([]);
  });
});

describe('a job that stays where it is while others move is told exactly once', () => {
  const ended = { finishedOn: 1 };

  it('among those that have ended, also where many ended in the same millisecond', async () => {
    const ids = keys(300).map(idOf);
    // Three milliseconds for all of them: pages end among equal scores.
    for (const [index, key] of keys(300).entries()) await storeInSet(opened, 'completed', 1_000 + (index % 3), { key, fields: ended });
    const gone = new Set<string>();
    const told = await idsOf({ states: ['completed'] }, 7, async (before) => {
      // The job on which the page ended goes, and one anywhere; others end meanwhile.
      for (const id of [before.at(-1), ids[before.length]].filter((id) => id !== undefined)) {
        gone.add(id);
        await opened.redis.zrem(keyOf('completed'), id);
      }
      await storeInSet(opened, 'completed', 1_002 + (before.length % 2), { key: `new-${before.length}`, fields: ended });
    });
    expect(gone.size).toBeGreaterThan(50);
    expect(
      timesTold(
        told,
        ids.filter((id) => !gone.has(id)),
      ),
    ).toEqual(new Set([1]));
    expect(new Set(told).size).toBe(told.length);
  });

  it('among those that wait in line, while workers take from its end and others join', async () => {
    for (const key of keys(60)) await storeInList(opened, 'wait', { key });
    const taken: string[] = [];
    const told = await idsOf({ states: ['waiting'] }, 5, async (before) => {
      taken.push((await opened.redis.rpop(keyOf('wait'))) ?? '');
      for (const key of [`new-${before.length}-a`, `new-${before.length}-b`]) await storeInList(opened, 'wait', { key });
    });
    const stayed = keys(60)
      .map(idOf)
      .filter((id) => !taken.includes(id));
    expect(stayed.length).toBeLessThan(60);
    expect(timesTold(told, stayed)).toEqual(new Set([1]));
  });

  it('in line, also when the job on which the page ended is deleted', async () => {
    for (const key of keys(30)) await storeInList(opened, 'wait', { key });
    const deleted: string[] = [];
    const told = await idsOf({ states: ['waiting'] }, 4, async (before) => {
      const last = before.at(-1) ?? '';
      deleted.push(last);
      await opened.redis.lrem(keyOf('wait'), 0, last);
      await opened.redis.del(keyOf(last));
    });
    expect(told).toEqual(keys(30).map(idOf).toReversed());
    expect(deleted.length).toBeGreaterThan(5);
  });

  it('in line, of which the rest is taken when the job on which the page ended is', async () => {
    for (const key of keys(10)) await storeInList(opened, 'wait', { key });
    const told = await idsOf({ states: ['waiting'] }, 6, async () => opened.redis.ltrim(keyOf('wait'), 0, 1));
    expect(told).toEqual(keys(10).slice(4).map(idOf).toReversed());
  });

  it('among those that run, while others end and start', async () => {
    const ids = keys(80).map(idOf);
    for (const [index, key] of keys(80).entries())
      await storeInList(opened, 'active', { key, fields: { processedOn: 1_000 + (index >> 2) } });
    const finished = new Set<string>();
    const told = await idsOf({ states: ['active'] }, 9, async (before) => {
      for (const id of [before.at(-1), ids[before.length % 7]].filter((id) => id !== undefined)) {
        finished.add(id);
        await opened.redis.lrem(keyOf('active'), 0, id);
      }
      await storeInList(opened, 'active', { key: `new-${before.length}`, fields: { processedOn: 5_000 } });
    });
    expect(
      timesTold(
        told,
        ids.filter((id) => !finished.has(id)),
      ),
    ).toEqual(new Set([1]));
    expect(new Set(told).size).toBe(told.length);
  });
});
