import { type Receiver, startReceiver, waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ioPolicy, LocalStack, PATIENCE } from './local-stack.js';

const JOBS = 50;

describe('taking workers away', () => {
  let receiver: Receiver;
  let stack: LocalStack;
  let letGo: () => void;

  beforeEach(async () => {
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    receiver = await startReceiver(async ({ path }) => {
      if (path === '/held') await held;
      return { body: {} };
    });
  });
  afterEach(async () => {
    letGo();
    await stack?.stop();
    await receiver?.stop();
  }, 90_000);

  const start = async (more = '') => {
    stack = await LocalStack.start(ioPolicy({ min: 0, max: 3, more }), { QUEUES: 'io:20,rate-limited,cpu' });
    await stack.pin(3);
    await stack.untilWorkers(3);
  };
  const states = async (ids: readonly string[]) => {
    const jobs = await Promise.all(ids.map(async (id) => (await stack.api.call('GET', `/v1/jobs/${id}`)).body));
    return new Map(jobs.map(({ id, state, attemptsMade }) => [id, `${state} ${attemptsMade}`]));
  };

  it('waits for their jobs: of fifty that run none is interrupted, and none is handed back', async () => {
    await start();
    const ids = await stack.submitMany(JOBS, `${receiver.url}/held`);
    await receiver.waitForCount(JOBS, 30_000);
    await stack.pin(1);
    await waitFor(async () => (await stack.pool()).draining.length === 2, PATIENCE);
    const before = await stack.submitMany(10, `${receiver.url}/next`);
    await stack.untilCompleted(10); // by the one that stays
    expect((await stack.pool()).current).toBe(3);
    expect(new Set((await states(ids)).values())).toEqual(new Set(['active 0']));
    letGo();
    await stack.untilCompleted(JOBS + before.length);
    await stack.untilWorkers(1);
    expect(new Set((await states([...ids, ...before])).values())).toEqual(new Set(['completed 1']));
    expect(receiver.requests).toHaveLength(JOBS + before.length);
    const stalls = await Promise.all(ids.map((id) => stack.redis.hget(`dts:io:${id}`, 'stc')));
    expect(stalls.filter((count) => count !== null)).toEqual([]);
  }, 180_000);

  it('takes the idle ones first, and the one with a long job once that is done', async () => {
    await start();
    const [id = ''] = await stack.submitMany(1, `${receiver.url}/held`);
    await receiver.waitForCount(1, 30_000);
    await stack.pin(0);
    await waitFor(async () => (await stack.pool()).current === 1, PATIENCE);
    expect((await states([id])).get(id)).toBe('active 0');
    letGo();
    expect(await stack.api.wait(id, 30)).toMatchObject({ state: 'completed', attemptsMade: 1 });
    await waitFor(async () => (await stack.pool()).current === 0, PATIENCE);
    expect(receiver.requests).toHaveLength(1);
  }, 180_000);

  it('is undone when they are needed after all: they fetch again', async () => {
    await start();
    const ids = await stack.submitMany(60, `${receiver.url}/held`);
    await receiver.waitForCount(60, 30_000);
    await stack.pin(1);
    await waitFor(async () => (await stack.pool()).draining.length === 2, PATIENCE);
    await stack.pin(3);
    await waitFor(async () => (await stack.pool()).draining.length === 0, PATIENCE);
    letGo();
    await stack.untilWorkers(3);
    await stack.untilCompleted(ids.length);
    const pids = (await stack.api.call<{ items: { draining: boolean }[] }>('GET', '/v1/workers')).body.items;
    expect(pids.map(({ draining }) => draining)).toEqual([false, false, false]);
  }, 180_000);

  it('is given up when it takes longer than it may', async () => {
    await start('drainDeadline: 2s');
    await stack.submitMany(60, `${receiver.url}/held`);
    await receiver.waitForCount(60, 30_000);
    await stack.pin(1);
    await waitFor(() => stack.program.output.includes('has not drained within 2000 ms'), PATIENCE);
    expect((await stack.pool()).current).toBe(3);
    letGo();
    await stack.untilWorkers(1);
  }, 180_000);
});
