import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bury, placesOf } from './fixtures/dying.js';
import { type Opened, open, submission } from './fixtures/open.js';
import { JobClient } from './job-client.js';

let opened: Opened;

beforeAll(async () => {
  opened = await open();
});
afterAll(() => opened[Symbol.dispose]());

const submit = async (options = {}) => (await opened.jobs.submit(submission({ options }))).job.id;

describe('promote', () => {
  it('lets a scheduled job run now, and repeating changes nothing', async () => {
    const id = await submit({ delay: 3_600_000 });
    for (let time = 0; time < 2; time++) await expect(opened.jobs.promote(id)).resolves.toMatchObject({ id, state: 'waiting' });
    expect(await placesOf(opened, 'io', id)).toEqual(['waiting']);
  });

  it('is one promotion, however many ask at the same time', async () => {
    const id = await submit({ delay: 3_600_000, priority: 3 });
    const answers = await Promise.all(Array.from({ length: 5 }, () => opened.jobs.promote(id)));
    expect(answers.map(({ state }) => state)).toEqual(Array(5).fill('waiting'));
    expect(await placesOf(opened, 'io', id)).toEqual(['waiting']);
  });

  it('refuses what has ended, what was cancelled, and what is not there', async () => {
    const [dead] = (await bury(opened, [{}])) as [string];
    await expect(opened.jobs.promote(dead)).rejects.toMatchObject({ code: 'already-finished', message: expect.stringContaining('dead') });
    const cancelled = await submit({ delay: 3_600_000 });
    await opened.jobs.cancel(cancelled);
    await expect(opened.jobs.promote(cancelled)).rejects.toMatchObject({ code: 'already-finished' });
    await expect(opened.jobs.promote('nothing')).rejects.toMatchObject({ code: 'job-not-found' });
  });

  it('says so when Redis does not take it', async () => {
    const id = await submit({ delay: 3_600_000 });
    using other = await open(opened.url, opened.prefix);
    const client = new JobClient(other.queues, other.redis, other.prefix, other.admission);
    const job = await other.queues.io.getJob(id);
    expect(job).toBeDefined();
    const promoting = client.promote(id);
    other.redis.disconnect();
    await expect(promoting).rejects.toMatchObject({ name: 'QueueError' });
    await expect(opened.jobs.get(id)).resolves.toMatchObject({ state: expect.stringMatching(/^(scheduled|waiting)$/) });
  });
});
