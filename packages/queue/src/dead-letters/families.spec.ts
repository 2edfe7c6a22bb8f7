import { waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type FlowOpts, FlowProducer } from 'bullmq';
import { death, workOn } from '../fixtures/dying.js';
import { type Opened, open, submission } from '../fixtures/open.js';
import { jobIdFor } from '../job-id.js';
import type { StoredJob } from '../job-record.js';
import { DeadLetters } from './dead-letters.js';
import { Purger } from './purger.js';

let opened: Opened;
let deadLetters: DeadLetters;

beforeAll(async () => {
  opened = await open();
  deadLetters = new DeadLetters(opened.queues, opened.redis, opened.prefix, opened.jobs);
});
afterAll(() => opened[Symbol.dispose]());

const stateOf = async (id: string) => (await opened.jobs.get(id)).state;
const becomes = (id: string, state: string) => waitFor(async () => (await stateOf(id)) === state);

/** A parent in one queue whose child in another one has died. */
async function family(mode: FlowOpts['queuesOptions'] | object): Promise<{ parent: string; child: string }> {
  const [parent, child] = [jobIdFor('io', 'acme'), jobIdFor('cpu', 'acme')];
  const { name, payload } = submission();
  const data = { payload, tenant: 'acme' };
  const flows = new FlowProducer({ connection: opened.redis, prefix: opened.prefix });
  await flows.add({
    name,
    queueName: 'io',
    data,
    opts: { jobId: parent },
    children: [{ name, queueName: 'cpu', data, opts: { jobId: child, ...mode } }],
  });
  await using _worker = workOn('cpu', opened, (job: StoredJob) => Promise.reject(death(job)));
  await becomes(child, 'dead');
  return { parent, child };
}

const finish = (queue: 'io' | 'cpu') => workOn(queue, opened, async () => 'fine');

describe('a parent that died of its child', () => {
  it('can be retried after its child, and waits for it', async () => {
    const { parent, child } = await family({ failParentOnFailure: true });
    {
      await using _worker = finish('io');
      await becomes(parent, 'dead');
    }
    await expect(deadLetters.retry(parent)).rejects.toMatchObject({ code: 'not-retryable', message: expect.stringContaining('Children') });
    await expect(deadLetters.retry(child)).resolves.toMatchObject({ state: 'waiting' });
    await expect(deadLetters.retry(parent)).resolves.toMatchObject({ state: 'waiting-children' });
    await using _parents = finish('io');
    await using _children = finish('cpu');
    await becomes(parent, 'completed');
    expect(await stateOf(child)).toBe('completed');
  });
});

describe('a parent that goes on without its child', () => {
  it('is not held up when the child is retried later', async () => {
    const { parent, child } = await family({ ignoreDependencyOnFailure: true });
    expect(await stateOf(parent)).toBe('waiting');
    await deadLetters.retry(child);
    await using _worker = finish('io');
    await becomes(parent, 'completed');
    expect(await stateOf(child)).toBe('waiting');
  });
});

describe('a parent that waits for a dead child', () => {
  it('is not set going by a purge of that', async () => {
    const { parent, child } = await family({});
    const record = await opened.jobs.get(child);
    await opened.redis.hset(`${opened.prefix}:operation:x`, { token: 1 });
    const found = { fence: { key: `${opened.prefix}:operation:x`, id: 'x', token: 1 }, finishedAt: Number(record.finishedAt) };
    expect(await new Purger(opened.queues, opened.redis, opened.prefix).purge(record, found)).toBe('awaited');
    expect([await stateOf(child), await stateOf(parent)]).toEqual(['dead', 'waiting-children']);
  });
});
