import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { UnrecoverableError } from 'bullmq';
import { type Opened, open, submission, work } from './fixtures/open.js';
import { type StoredJob, toJobRecord } from './job-record.js';
import { toStoredJob } from './stored-job.js';

let opened: Opened;

beforeEach(async () => {
  opened = await open();
});
afterEach(() => opened[Symbol.dispose]());

/** A job read by BullMQ, and by us. */
async function readBoth(id: string) {
  const [theirs, hash] = await Promise.all([opened.queues.io.getJob(id), opened.redis.hgetall(opened.queues.io.toKey(id))]);
  return [theirs as StoredJob, toStoredJob(opened.queues.io, id, hash as Record<string, string>)] as const;
}

/** What can be written down: not its methods. */
const membersOf = (job: StoredJob) => JSON.parse(JSON.stringify(job));

async function ended(run: (job: StoredJob) => Promise<unknown>, attempts = 1): Promise<string> {
  const { job } = await opened.jobs.submit(submission({ options: { attempts, tags: ['a'], priority: 3 } }));
  let end = () => {};
  const settled = new Promise<void>((resolve) => {
    end = resolve;
  });
  await using _worker = work(opened, (stored) => run(stored).finally(end), { settings: { backoffStrategy: () => 60_000 } });
  await settled;
  return job.id;
}

describe('toStoredJob', () => {
  it('reads a new job as BullMQ does', async () => {
    const { job } = await opened.jobs.submit(submission({ options: { delay: 1_000, priority: 3 } }));
    const [theirs, ours] = await readBoth(job.id);
    expect(membersOf(ours)).toEqual(membersOf(theirs));
    expect(toJobRecord(ours, 'io', 'delayed')).toEqual(toJobRecord(theirs, 'io', 'delayed'));
  });

  it.each([
    ['succeeded', async (job: StoredJob) => job.updateProgress({ done: 7 }).then(() => ({ status: 200 })), 1],
    ['failed for good', async () => Promise.reject(new UnrecoverableError('never')), 1],
    ['failed and waits', async () => Promise.reject(new Error('later')), 2],
  ] as const)('reads one that %s as BullMQ does', async (_what, run, attempts) => {
    const [theirs, ours] = await readBoth(await ended(run, attempts));
    expect(membersOf(ours)).toEqual(membersOf(theirs));
    for (const state of ['completed', 'failed', 'delayed'] as const) {
      expect(toJobRecord(ours, 'io', state)).toEqual(toJobRecord(theirs, 'io', state));
    }
  });

  it('reads one that is to be cancelled', async () => {
    const { job } = await opened.jobs.submit(submission());
    await opened.jobs.cancel(job.id);
    const [theirs, ours] = await readBoth(job.id);
    expect(toJobRecord(ours, 'io', 'waiting')).toEqual(toJobRecord(theirs, 'io', 'waiting'));
    expect(toJobRecord(ours, 'io', 'waiting').state).toBe('cancelled');
  });
});
