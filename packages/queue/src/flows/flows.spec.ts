import { randomUUID } from 'node:crypto';
import { waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Admission } from '../admission.js';
import { FlowBench, job, statesOf, thumbnail } from '../fixtures/flow-bench.js';
import { open, submission } from '../fixtures/open.js';
import { jobIdFor } from '../job-id.js';
import type { FlowNodeInput } from './flow.js';
import { Flows } from './flows.js';
import { nodesOf } from './nodes-of.js';

let bench: FlowBench;

beforeEach(async () => {
  bench = new FlowBench(await open());
});
afterEach(() => bench[Symbol.asyncDispose]());

const TREE = job('root', { children: [thumbnail('middle', { children: [job('leaf')] }), job('later', { options: { delay: 60_000 } })] });
const submit = (root: FlowNodeInput, idempotencyKey?: string, tenant = 'acme') => bench.flows.submit({ root, tenant, idempotencyKey });
const deep = (levels: number): FlowNodeInput => job(`level-${levels}`, { children: levels === 1 ? [] : [deep(levels - 1)] });

describe('submitting a flow', () => {
  it('tells it as it is stored', async () => {
    const { outcome, flow } = await submit(TREE);
    expect(outcome).toBe('created');
    expect(statesOf(flow)).toEqual(['waiting-children', 'waiting-children', 'waiting', 'scheduled']);
    const [root, middle, leaf] = nodesOf(flow.root).map(({ job: node }) => node);
    expect([root?.flowId, middle?.flowId, leaf?.flowId]).toEqual(Array(3).fill(flow.id));
    expect([root?.parentId, middle?.parentId, leaf?.parentId]).toEqual([null, root?.id, middle?.id]);
    await expect(bench.flows.get(flow.id)).resolves.toEqual(flow);
    await expect(bench.opened.jobs.get(leaf?.id ?? '')).resolves.toMatchObject({ ...leaf, payload: job('leaf').payload });
  });

  it('with the same key tells the flow that there is, whatever has become of it, and refuses another one', async () => {
    const key = randomUUID();
    const { flow } = await submit(job('root', { children: [job('child')] }), key);
    const again = () => submit(job('root', { children: [job('child')] }), key);
    await expect(again()).resolves.toEqual({ outcome: 'replayed', flow });
    bench.start();
    const ended = await bench.untilEnded(flow.id);
    await expect(again()).resolves.toEqual({ outcome: 'replayed', flow: ended });
    for (const { job: node } of nodesOf(flow.root).reverse()) await bench.opened.queues[node.queue].remove(node.id);
    await expect(again()).resolves.toMatchObject({
      outcome: 'replayed',
      flow: { id: flow.id, state: 'completed', root: { children: [{}] } },
    });
    await expect(submit(job('root', { children: [job('other')] }), key)).rejects.toMatchObject({ code: 'idempotency-conflict' });
    await expect(bench.opened.storedIds()).resolves.toEqual([]);
    expect(bench.ran).toEqual(['child', 'root']);
  });

  it('shares its keys with jobs, and not with other tenants', async () => {
    const [forJob, forFlow] = [randomUUID(), randomUUID()];
    const sameAsJob = job('root');
    await bench.opened.jobs.submit(submission({ payload: sameAsJob.payload, idempotencyKey: forJob }));
    await expect(submit(sameAsJob, forJob)).rejects.toMatchObject({ code: 'idempotency-conflict' });
    await submit(sameAsJob, forFlow);
    const asJob = bench.opened.jobs.submit(submission({ payload: sameAsJob.payload, idempotencyKey: forFlow }));
    await expect(asJob).rejects.toMatchObject({ code: 'idempotency-conflict' });
    await expect(submit(job('other'), forFlow, 'globex')).resolves.toMatchObject({ outcome: 'created' });
  });

  it('is turned away without a trace while any of its queues is full; what was acknowledged is told all the same', async () => {
    const { queues, redis, prefix } = bench.opened;
    const admission = new Admission(queues, redis, 1);
    const strict = new Flows(queues, redis, prefix, admission);
    const [key, earlier] = [randomUUID(), randomUUID()];
    const { flow } = await submit(job('root', { children: [thumbnail('first')] }), earlier);
    admission.start();
    try {
      await waitFor(() => admission.refusalOf('cpu') !== undefined);
      const strictly = (root: FlowNodeInput, idempotencyKey: string) => strict.submit({ root, tenant: 'acme', idempotencyKey });
      await expect(strictly(job('root', { children: [thumbnail('second')] }), key)).rejects.toMatchObject({ code: 'backlog-full' });
      await expect(strictly(job('root', { children: [thumbnail('first')] }), earlier)).resolves.toMatchObject({ flow: { id: flow.id } });
      await expect(bench.opened.storedIds()).resolves.toHaveLength(2);
      // The key is free still.
      await expect(strictly(job('another'), key)).resolves.toMatchObject({ outcome: 'created' });
    } finally {
      admission.stop();
    }
  });

  it('ten times at once with one key makes one', async () => {
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 10 }, () => submit(TREE, key)));
    expect(answers.filter(({ outcome }) => outcome === 'created')).toHaveLength(1);
    expect(new Set(answers.map(({ flow }) => flow.id))).toEqual(new Set([jobIdFor('io', 'acme', key)]));
    await expect(bench.opened.storedIds()).resolves.toHaveLength(4);
  });

  it('after its key was forgotten refuses while jobs of the earlier one are kept', async () => {
    const key = randomUUID();
    const { flow } = await submit(TREE, key);
    await bench.opened.redis.del(await bench.opened.redis.keys('*:idempotency:*'));
    await expect(submit(TREE, key)).resolves.toMatchObject({ outcome: 'replayed', flow: { id: flow.id } });
    await bench.opened.redis.del(bench.opened.queues.io.toKey(flow.id));
    await expect(submit(TREE, key)).rejects.toMatchObject({ code: 'idempotency-conflict' });
  });

  it.each<[string, FlowNodeInput, string]>([
    ['an unknown type', job('root', { children: [job('child', { name: 'nope' })] }), 'children/0/name'],
    [
      'a payload that does not fit',
      job('root', { children: [job('a'), job('b', { children: [job('c', { payload: { url: 1 } })] })] }),
      'children/1/children/0/payload/url',
    ],
    [
      'too large a payload',
      job('root', { children: [job('child', { payload: { url: 'http://a.test', text: 'x'.repeat(300_000) } })] }),
      'children/0/payload',
    ],
    ['a time for a parent', job('root', { options: { runAt: 1 }, children: [job('child')] }), 'runAt'],
    ['too many levels', deep(11), Array(10).fill('children/0').join('/')],
    ['too many jobs', job('root', { children: Array.from({ length: 1_000 }, () => job('child')) }), ''],
  ])('refuses %s, says where, and stores nothing', async (_what, root, path) => {
    const refusal = await submit(root, randomUUID()).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'invalid-flow', issues: [{ message: expect.any(String) }] });
    expect((refusal as { issues: { path: string[] }[] }).issues[0]?.path.join('/')).toBe(path);
    await expect(bench.opened.redis.keys(`${bench.opened.prefix}:*:*_*`)).resolves.toEqual([]);
    await expect(submit(deep(10))).resolves.toMatchObject({ outcome: 'created' });
  });
});

describe('reading a flow', () => {
  it('tells what became of jobs that are no longer kept, and only of flows', async () => {
    const { flow } = await submit(job('root', { children: [job('kept'), job('gone'), job('removed')] }));
    const held = bench.hold('root');
    const [, gone, removed] = flow.root.children.map(({ job: node }) => node.id);
    await bench.opened.queues.io.remove(removed ?? '');
    bench.start();
    await bench.untilRan('root');
    await bench.opened.queues.io.remove(gone ?? '');
    held.end();
    await bench.untilState(flow.id, 'completed');
    expect(statesOf(await bench.flows.get(flow.id))).toEqual(['completed', 'completed', 'completed', 'dead: removed']);
    for (const id of [flow.root.children[0]?.job.id, 'nope', jobIdFor('io', 'acme')]) {
      await expect(bench.flows.get(id ?? '')).rejects.toMatchObject({ code: 'flow-not-found' });
    }
  });
});

describe('cancelling a flow', () => {
  it('stops every job of it in one step, whatever it waits for, and none runs', async () => {
    const { flow } = await submit(TREE);
    const cancelled = await bench.flows.cancel(flow.id);
    expect([cancelled.state, ...statesOf(cancelled)]).toEqual(['cancelled', ...Array(4).fill(expect.stringMatching(/^cancelled/))]);
    bench.start();
    expect(statesOf(await bench.untilEnded(flow.id))).toEqual(Array(4).fill('cancelled: cancelled'));
    expect(bench.ran).toEqual([]);
    await expect(bench.flows.cancel(flow.id)).resolves.toMatchObject({ state: 'cancelled' });
  });

  it('leaves alone what has ended, tells what runs to stop, and refuses when there is nothing to stop', async () => {
    const held = bench.hold('held');
    const { flow } = await submit(job('root', { children: [job('quick'), job('held')] }));
    bench.start();
    await bench.untilRan('held');
    await bench.untilState(flow.root.children[0]?.job.id ?? '', 'completed');
    await expect(bench.flows.cancel(flow.id)).resolves.toMatchObject({ state: 'cancelled' });
    await expect(bench.opened.redis.smembers(`${bench.opened.prefix}:cancelling`)).resolves.toEqual([
      `io:${flow.root.children[1]?.job.id}`,
    ]);
    held.end();
    const ended = await submit(job('done'));
    await bench.untilEnded(ended.flow.id);
    await expect(bench.flows.cancel(ended.flow.id)).rejects.toMatchObject({ code: 'already-finished' });
  });

  it('of one job leaves its children be, and is a failed child to its parent', async () => {
    const { flow } = await submit(job('root', { children: [thumbnail('middle', { onFailure: 'ignore', children: [job('leaf')] })] }));
    await expect(bench.opened.jobs.cancel(flow.root.children[0]?.job.id ?? '')).resolves.toMatchObject({ state: 'cancelled' });
    bench.start();
    expect(statesOf(await bench.untilEnded(flow.id))).toEqual(['completed', 'cancelled: cancelled', 'completed']);
    expect(bench.told.get('root')).toMatchObject([{ state: 'cancelled', error: { code: 'cancelled' } }]);
  });
});
