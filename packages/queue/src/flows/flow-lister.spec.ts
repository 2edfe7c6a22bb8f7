import { waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FlowBench, failing, job } from '../fixtures/flow-bench.js';
import { open } from '../fixtures/open.js';
import type { Place } from '../ordered-set.js';
import { Retention } from '../retention/retention.js';
import { FLOW_STATES, type FlowSummary } from './flow.js';
import type { FlowFilter } from './flow-lister.js';

let bench: FlowBench;

beforeEach(async () => {
  bench = new FlowBench(await open());
});
afterEach(() => bench[Symbol.asyncDispose]());

const TREE = job('root', { children: [job('left'), job('right', { children: [job('leaf')] })] });

async function submit(tenant = 'acme', root = TREE): Promise<string> {
  const { flow } = await bench.flows.submit({ root, tenant });
  // The next one is newer, also by the millisecond.
  await waitFor(() => Date.now() > flow.submittedAt);
  return flow.id;
}

async function listed(filter: Partial<FlowFilter> = {}, limit = 100): Promise<FlowSummary[]> {
  const found: FlowSummary[] = [];
  let after: Place | undefined;
  do {
    const { items, next } = await bench.flows.list({ states: FLOW_STATES, ...filter }, limit, after);
    expect(items.length).toBeLessThanOrEqual(limit);
    found.push(...items);
    after = next;
  } while (after);
  return found;
}

const idsOf = (flows: readonly FlowSummary[]) => flows.map(({ id }) => id);

describe('the list of flows', () => {
  it.each([1, 2, 3, 100])('tells each once, the newest first, in pages of %p', async (limit) => {
    const ids = [await submit(), await submit('globex'), await submit(), await submit()];
    expect(idsOf(await listed({}, limit))).toEqual(ids.toReversed());
    expect(idsOf(await listed({ tenant: 'globex' }, limit))).toEqual([ids[1]]);
    expect(await listed({ tenant: 'nobody' }, limit)).toEqual([]);
  });

  it('tells a flow as it is, with the number of its jobs', async () => {
    const id = await submit();
    const { submittedAt } = await bench.flows.get(id);
    const waiting = { id, name: 'http.request', tenant: 'acme', jobs: 4, state: 'running', submittedAt, finishedAt: null, error: null };
    expect(await listed()).toEqual([waiting]);
    bench.start();
    const { finishedAt } = await bench.untilEnded(id);
    expect(await listed()).toEqual([{ ...waiting, state: 'completed', finishedAt }]);
  });

  it('filters by state, as the flow itself tells it', async () => {
    const cancelled = await submit();
    await bench.flows.cancel(cancelled);
    const failed = await submit('acme', job('root', { children: [failing('fail')] }));
    bench.start();
    await bench.untilEnded(failed);
    await bench.untilEnded(cancelled);
    const running = await submit('acme', job('root', { options: { delay: 60_000 } }));
    const completed = await submit('acme', job('root'));
    await bench.untilEnded(completed);
    for (const [state, id] of Object.entries({ cancelled, failed, running, completed })) {
      expect(idsOf(await listed({ states: [state as FlowSummary['state']] }, 1))).toEqual([id]);
      expect((await bench.flows.get(id)).state).toBe(state);
    }
    expect(idsOf(await listed({ states: ['failed', 'running'] }))).toEqual([running, failed]);
    expect(await listed({ states: ['failed'] })).toMatchObject([{ error: { code: 'child-failed' } }]);
  });

  it('forgets flows that are not kept any more: whoever lists them, or retention', async () => {
    const { queues, redis, prefix } = bench.opened;
    const lists = () => Promise.all(['', ':of:acme'].map((list) => redis.zcard(`${prefix}:flows${list}`)));
    const [first, second, third] = [await submit('acme', job('a')), await submit('acme', job('b')), await submit('acme', job('c'))];
    await queues.io.remove(second);
    expect(idsOf(await listed({ tenant: 'acme' }))).toEqual([third, first]);
    expect(await lists()).toEqual([2, 2]);
    await queues.io.remove(first);
    await new Retention(queues, redis, prefix).tend();
    expect(await lists()).toEqual([1, 1]);
  });

  it('has a flow once, however often it is submitted', async () => {
    for (let time = 0; time < 3; time++) await bench.submit(TREE, 'the-same-key');
    expect(await listed()).toHaveLength(1);
  });
});
