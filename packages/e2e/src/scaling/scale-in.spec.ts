import { type Receiver, startReceiver, waitFor } from '@dts/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ioPolicy, LocalStack, PATIENCE } from './local-stack.js';

const JOBS = 50;
const POLICY = { min: 0, max: 3 };

describe('taking workers away', () => {
  let receiver: Receiver;
  let stack: LocalStack;
  let before: number;
  let letGo: () => void;

  beforeAll(async () => {
    receiver = await startReceiver();
    stack = await LocalStack.start(ioPolicy(POLICY), { QUEUES: 'io:20,rate-limited,cpu' });
  }, 90_000);
  afterAll(async () => {
    await stack?.stop();
    await receiver?.stop();
  }, 90_000);

  beforeEach(async () => {
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    receiver.requests.length = 0;
    receiver.respond = async ({ path }) => {
      if (path === '/held') await held;
      return { body: {} };
    };
    await stack.pin(3);
    await stack.untilWorkers(3);
    before = await stack.completed();
  }, 90_000);
  afterEach(() => letGo());

  const hold = async (count: number) => {
    const ids = await stack.submitMany(count, `${receiver.url}/held`);
    await receiver.waitForCount(count, 30_000);
    return ids;
  };
  const states = async (ids: readonly string[]) => {
    const jobs = await Promise.all(ids.map(async (id) => (await stack.api.call('GET', `/v1/jobs/${id}`)).body));
    return new Set(jobs.map(({ state, attemptsMade }) => `${state} ${attemptsMade}`));
  };
  const draining = (count: number) => waitFor(async () => (await stack.pool()).draining.length === count, PATIENCE);
  /** Resolves when so many decisions more were made. */
  const rounds = async (count: number) => {
    const [last] = await stack.decisions(1);
    await waitFor(async () => (await stack.decisions()).filter(({ at }) => at > String(last?.at)).length >= count, PATIENCE);
  };
  const current = async () => (await stack.pool()).current;

  it('waits for their jobs: of fifty that run none is interrupted, and none is handed back', async () => {
    const running = await hold(JOBS);
    await stack.pin(1);
    await draining(2);
    const next = await stack.submitMany(10, `${receiver.url}/next`);
    await rounds(5);
    expect([await current(), await states(running)]).toEqual([3, new Set(['active 0'])]);
    letGo();
    await stack.untilWorkers(1);
    await stack.untilCompleted(before + JOBS + next.length);
    expect(await states([...running, ...next])).toEqual(new Set(['completed 1']));
    expect(receiver.requests).toHaveLength(JOBS + next.length);
    const stalls = await Promise.all(running.map((id) => stack.redis.hget(`dts:io:${id}`, 'stc')));
    expect(stalls.filter((count) => count !== null)).toEqual([]);
  }, 180_000);

  it('takes the idle ones, and the one with a long job once that is done', async () => {
    const [id = ''] = await hold(1);
    await stack.pin(0);
    await waitFor(async () => (await current()) === 1, PATIENCE);
    expect(await states([id])).toEqual(new Set(['active 0']));
    letGo();
    await waitFor(async () => (await current()) === 0, PATIENCE);
    expect(await stack.api.wait(id)).toMatchObject({ state: 'completed', attemptsMade: 1 });
    expect(receiver.requests).toHaveLength(1);
  }, 180_000);

  it('is undone when they are needed after all: they fetch again', async () => {
    const ids = await hold(60);
    await stack.pin(1);
    await draining(2);
    const wishes = (await stack.pool()).draining.map((id) => `dts:drain:${id}`);
    expect(await stack.redis.exists(...wishes)).toBe(2);
    await stack.pin(3);
    await draining(0);
    expect(await stack.redis.exists(...wishes)).toBe(0); // taken back, rather than left to run out
    letGo();
    await stack.untilWorkers(3);
    await stack.untilCompleted(before + ids.length);
    const flags = async () => {
      const { body } = await stack.api.call<{ items: { draining: boolean }[] }>('GET', '/v1/workers');
      return body.items.map((worker) => worker.draining).join();
    };
    await waitFor(async () => (await flags()) === 'false,false,false', PATIENCE);
  }, 180_000);

  it('is given up when it takes longer than it may', async () => {
    await stack.setPolicy(ioPolicy({ ...POLICY, more: 'drainDeadline: 2s' }));
    await hold(60);
    await stack.pin(1);
    await waitFor(() => stack.program.output.includes('has not drained within 2000 ms'), PATIENCE);
    expect(await current()).toBe(3);
    letGo();
    await stack.untilWorkers(1);
  }, 180_000);
});
