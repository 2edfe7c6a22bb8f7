import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Opened, open, submission } from '../fixtures/open.js';
import { Play } from '../fixtures/play.js';
import type { StoredJob } from '../job-record.js';
import { DeadLetters } from './dead-letters.js';

let opened: Opened;
let play: Play;
let deadLetters: DeadLetters;

beforeAll(async () => {
  opened = await open();
  play = new Play(opened);
  deadLetters = new DeadLetters(opened.queues, opened.redis, opened.prefix, opened.jobs);
});
afterAll(async () => {
  await play[Symbol.asyncDispose]();
  opened[Symbol.dispose]();
});

async function submit(orderingKey: string): Promise<string> {
  const { job } = await opened.jobs.submit(submission({ options: { orderingKey, attempts: 1 } }));
  await play.tick();
  return job.id;
}

describe('a retried job with an ordering key', () => {
  it('does not run beside another one of its key, and runs after it', async () => {
    const [first, second] = [await submit('k'), await submit('k')];
    await play.fail((await play.start()) as StoredJob);
    const running = (await play.start()) as StoredJob;
    expect(running.id).toBe(second);
    await expect(deadLetters.retry(first)).resolves.toMatchObject({ state: 'waiting' });
    await play.tick();
    expect(await play.start()).toBeUndefined();
    await play.complete(running);
    await play.tick();
    const again = (await play.start()) as StoredJob;
    expect(again.id).toBe(first);
    await play.complete(again);
    expect(await opened.jobs.get(first)).toMatchObject({ state: 'completed', redrives: 1 });
  });
});
