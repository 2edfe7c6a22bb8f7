import { waitFor } from '@dts/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type FlowOpts, FlowProducer } from 'bullmq';
import { death, workOn } from '../fixtures/dying.js';
import { FlowBench, failing, job, statesOf, thumbnail } from '../fixtures/flow-bench.js';
import { type Opened, open, submission } from '../fixtures/open.js';
import type { FlowNode, FlowNodeInput } from '../flows/flow.js';
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
  it('waits for its child again once that is retried', async () => {
    const { parent, child } = await family({ failParentOnFailure: true });
    {
      await using _worker = finish('io');
      await becomes(parent, 'dead');
    }
    await expect(deadLetters.retry(parent)).rejects.toMatchObject({ code: 'not-retryable', message: expect.stringContaining('Children') });
    await expect(deadLetters.retry(child)).resolves.toMatchObject({ state: 'waiting' });
    expect(await opened.jobs.get(parent)).toMatchObject({ state: 'waiting-children', redrives: 1, attemptsMade: 0, error: null });
    await expect(deadLetters.retry(parent)).resolves.toMatchObject({ state: 'waiting-children' });
    await using _parents = finish('io');
    await using _children = finish('cpu');
    await becomes(parent, 'completed');
    expect(await stateOf(child)).toBe('completed');
  });
});

describe('a flow that died', () => {
  let bench: FlowBench;
  let letters: DeadLetters;

  beforeEach(async () => {
    bench = new FlowBench(await open());
    letters = new DeadLetters(bench.opened.queues, bench.opened.redis, bench.opened.prefix, bench.opened.jobs);
  });
  afterEach(() => bench[Symbol.asyncDispose]());

  /** Its end, and what to call a job of it by its place in the tree. */
  const play = async (root: FlowNodeInput) => {
    const { id } = await bench.submit(root);
    bench.start();
    const flow = await bench.untilEnded(id);
    const idAt = (...path: number[]) => path.reduce<FlowNode | undefined>((node, index) => node?.children[index], flow.root)?.job.id ?? '';
    return { flow, idAt };
  };
  const mend = async (id: string, name: string) => {
    const stored = await bench.opened.queues.io.getJob(id);
    await stored?.updateData({ ...stored.data, payload: job(name).payload });
  };

  it('comes back to life with the jobs that it died of, up to its root, on whatever queues', async () => {
    const { flow, idAt } = await play(job('root', { children: [thumbnail('middle', { children: [failing('fail'), failing('fail')] })] }));
    expect(statesOf(flow)).toEqual(['dead: child-failed', 'dead: child-failed', 'dead: final', 'dead: final']);
    await mend(idAt(0, 0), 'mended-1');
    await letters.retry(idAt(0, 0));
    await bench.untilState(idAt(0, 0), 'completed');
    expect(statesOf(await bench.flows.get(flow.id)).slice(0, 2)).toEqual(['dead: child-failed', 'dead: child-failed']);
    await mend(idAt(0, 1), 'mended-2');
    await letters.retry(idAt(0, 1));
    expect(statesOf(await bench.untilEnded(flow.id))).toEqual(Array(4).fill('completed'));
    expect([bench.told.get('middle')?.map(({ result }) => result), bench.ran.slice(-2)]).toEqual([
      ['mended-1', 'mended-2'],
      ['middle', 'root'],
    ]);
  });

  it('of its own failure, or was cancelled, does not', async () => {
    const { flow, idAt } = await play(job('fails', { children: [failing('ignore')] }));
    await mend(idAt(0), 'mended');
    await letters.retry(idAt(0));
    await bench.untilState(idAt(0), 'completed');
    expect(statesOf(await bench.flows.get(flow.id))).toEqual(['dead: final', 'completed']);
    const cancelled = await bench.submit(job('root', { children: [job('child', { options: { delay: 60_000 } })] }));
    await bench.flows.cancel(cancelled.id);
    await bench.untilEnded(cancelled.id);
    await letters.retry(cancelled.root.children[0]?.job.id ?? '');
    await bench.untilState(cancelled.root.children[0]?.job.id ?? '', 'completed');
    expect((await bench.flows.get(cancelled.id)).state).toBe('cancelled');
  });

  it('of a job that is gone runs without it when it is retried', async () => {
    const { flow, idAt } = await play(job('root', { children: [failing('fail')] }));
    await bench.opened.queues.io.remove(idAt(0));
    await letters.retry(flow.id);
    await bench.untilState(flow.id, 'completed');
    expect(bench.told.get('root')).toMatchObject([{ state: 'dead', error: { code: 'removed' } }]);
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
