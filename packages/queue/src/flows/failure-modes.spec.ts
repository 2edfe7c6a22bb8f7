import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FlowBench, failing, job, statesOf, thumbnail } from '../fixtures/flow-bench.js';
import { open } from '../fixtures/open.js';
import { type Flow } from './flow.js';
import { ON_FAILURE, type OnFailure } from './flow-link.js';

let bench: FlowBench;

beforeEach(async () => {
  bench = new FlowBench(await open());
});
afterEach(() => bench[Symbol.asyncDispose]());

/** A flow's end. */
const play = async (root: Parameters<FlowBench['submit']>[0]): Promise<Flow> => {
  const { id } = await bench.submit(root);
  bench.start();
  return bench.untilEnded(id);
};
const toldOf = (parent: string) => bench.told.get(parent)?.map(({ state, result, error }) => result ?? `${state}: ${error?.code}`);

/** What a child's end does to its parent, by what was said about it: the parent's state, and what it is told of the child. */
const OUTCOMES: Record<OnFailure, { readonly parent: string; readonly told?: string }> = {
  fail: { parent: 'dead: child-failed' },
  ignore: { parent: 'completed', told: 'dead: final' },
  continue: { parent: 'completed', told: 'dead: final' },
  remove: { parent: 'completed' },
};

describe('a child that fails', () => {
  it.each(ON_FAILURE)('and is to %s: its parent is told, or not, or dies; the others run', async (onFailure) => {
    const { parent, told } = OUTCOMES[onFailure];
    const flow = await play(job('parent', { children: [failing(onFailure), thumbnail('other')] }));
    expect(statesOf(flow)).toEqual([parent, 'dead: final', 'completed']);
    expect(flow.state).toBe(parent === 'completed' ? 'completed' : 'failed');
    const heard = toldOf('parent');
    expect(heard?.[0]).toBe(onFailure === 'fail' ? undefined : (told ?? 'other'));
    expect(bench.ran.includes('parent')).toBe(parent === 'completed');
  });

  it.each(ON_FAILURE.flatMap((leaf) => ON_FAILURE.map((middle) => [leaf, middle] as const)))(
    'and is to %s, below a parent that is to %s: what becomes of the parent goes up as its own end',
    async (leaf, middle) => {
      const flow = await play(job('root', { children: [thumbnail('middle', { onFailure: middle, children: [failing(leaf)] })] }));
      const middleState = OUTCOMES[leaf].parent;
      const rootState = middleState === 'completed' ? 'completed' : OUTCOMES[middle].parent;
      expect(statesOf(flow)).toEqual([rootState, middleState, 'dead: final']);
      const isTold = middleState !== 'completed' && (middle === 'ignore' || middle === 'continue');
      const heard = middleState === 'completed' ? ['middle'] : isTold ? [middleState] : [];
      expect(toldOf('root')).toEqual(rootState === 'completed' ? heard : undefined);
    },
  );

  it.each([
    ['ignore', 'completed'],
    ['fail', 'dead: child-failed'],
  ] as const)('by its time or its caller counts as well: to %s', async (onFailure, parent) => {
    const flow = await bench.submit(job('parent', { children: [job('cancelled', { onFailure }), job('expires', { onFailure })] }));
    await bench.opened.jobs.cancel(flow.root.children[0]?.job.id ?? '');
    bench.start();
    expect(statesOf(await bench.untilEnded(flow.id))).toEqual([parent, 'cancelled: cancelled', 'expired: expired']);
    expect(toldOf('parent')).toEqual(parent === 'completed' ? ['cancelled: cancelled', 'expired: expired'] : undefined);
    expect(bench.ran).not.toContain('cancelled');
  });
});

describe('a parent', () => {
  it('runs after all its children, on whatever queues, and is told their results in the order of the submission', async () => {
    const leaves = (name: string) => [job(`${name}1`), thumbnail(`${name}2`)];
    const flow = await play(job('root', { children: [thumbnail('b', { children: leaves('b') }), job('a', { children: leaves('a') })] }));
    expect(statesOf(flow)).toEqual(Array(7).fill('completed'));
    expect([toldOf('root'), toldOf('a'), toldOf('b')]).toEqual([
      ['b', 'a'],
      ['a1', 'a2'],
      ['b1', 'b2'],
    ]);
    for (const [child, parent] of [
      ...['a1', 'a2'].map((name) => [name, 'a']),
      ...['b1', 'b2'].map((name) => [name, 'b']),
      ['a', 'root'],
      ['b', 'root'],
    ]) {
      expect(bench.ran.indexOf(child as string)).toBeLessThan(bench.ran.indexOf(parent as string));
    }
  });

  it('that continues waits for nobody any more: it completes while another child runs, which runs on', async () => {
    const slow = bench.hold('slow');
    const { id, root } = await bench.submit(job('parent', { children: [failing('continue'), job('slow')] }));
    bench.start();
    await bench.untilState(id, 'completed');
    expect(toldOf('parent')?.[0]).toBe('dead: final');
    expect(['waiting', 'active']).toContain((await bench.opened.jobs.get(root.children[1]?.job.id ?? '')).state);
    slow.end();
    expect(statesOf(await bench.untilEnded(id))).toEqual(['completed', 'dead: final', 'completed']);
  });

  it('that continues is not harmed by a child that fails later, though that was to fail it', async () => {
    const [parent, leaf] = [bench.hold('parent'), bench.hold('leaf')];
    const late = job('late', { children: [job('leaf', { children: [] }), failing('fail', { options: { delay: 60_000 } })] });
    const { id, root } = await bench.submit(job('parent', { children: [failing('continue'), late] }));
    bench.start();
    await bench.untilRan('parent');
    await (await bench.opened.queues.io.getJob(root.children[1]?.children[1]?.job.id ?? ''))?.promote();
    leaf.end();
    await bench.untilEndedBut(id, 'parent');
    parent.end();
    expect(statesOf(await bench.untilEnded(id))).toEqual(['completed', 'dead: final', 'dead: child-failed', 'completed', 'dead: final']);
  });

  it('waits its delay once its children have ended', async () => {
    const { id, root } = await bench.submit(job('parent', { options: { delay: 300 }, children: [job('child')] }));
    bench.start();
    const flow = await bench.untilEnded(id);
    const child = flow.root.children[0]?.job.finishedAt ?? 0;
    expect(Number(flow.root.job.startedAt) - child).toBeGreaterThanOrEqual(300);
    expect(root.job.state).toBe('waiting-children');
  });
});

describe('a retried', () => {
  it('parent is dead again as long as its child is, and does not run', async () => {
    const { root } = await play(job('parent', { children: [failing('fail')] }));
    await (await bench.opened.queues.io.getJob(root.job.id))?.retry();
    await bench.untilState(root.job.id, 'dead');
    expect(bench.ran).toEqual(['fails']);
  });

  it('child, and then its parent: that waits for it, and runs with its result', async () => {
    const { id, root } = await play(job('parent', { children: [failing('fail')] }));
    const child = root.children[0]?.job.id ?? '';
    const stored = await bench.opened.queues.io.getJob(child);
    await stored?.updateData({ ...stored.data, payload: job('mended').payload });
    const mended = bench.hold('mended');
    await stored?.retry();
    await bench.untilRan('mended');
    await (await bench.opened.queues.io.getJob(root.job.id))?.retry();
    await bench.untilState(root.job.id, 'waiting-children');
    mended.end();
    expect(statesOf(await bench.untilEnded(id))).toEqual(['completed', 'completed']);
    expect(toldOf('parent')).toEqual(['mended']);
  });
});
