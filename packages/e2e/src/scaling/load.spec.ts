import { setTimeout as delay } from 'node:timers/promises';
import { type Receiver, startReceiver } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ioPolicy, LocalStack } from './local-stack.js';

/** Milliseconds that the service takes which the jobs call: a worker of 5 slots does 25 a second. */
const SERVICE_MS = 200;
const MAX = 3;
const STEP_MS = 250;

describe('worker processes follow the load', () => {
  let receiver: Receiver;
  let stack: LocalStack;
  let submitted = 0;

  beforeAll(async () => {
    receiver = await startReceiver(async () => {
      await delay(SERVICE_MS);
      return { body: {} };
    });
    stack = await LocalStack.start(ioPolicy({ max: MAX }));
  }, 90_000);
  afterAll(async () => {
    await stack?.stop();
    await receiver?.stop();
  }, 90_000);

  const submit = async (count: number) => {
    submitted += count;
    await stack.submitMany(count, receiver.url);
  };
  /** Submits at a rate that changes with the share of the time that has passed. */
  const offer = async (seconds: number, rate: (share: number) => number) => {
    const startedAt = performance.now();
    let owed = 0;
    for (let share = 0; share < 1; share = (performance.now() - startedAt) / (seconds * 1_000)) {
      owed += (rate(share) * STEP_MS) / 1_000;
      const count = Math.floor(owed);
      owed -= count;
      if (count > 0) await submit(count);
      await delay(STEP_MS);
    }
  };
  const allDone = () => stack.untilCompleted(submitted);
  /** Numbers of workers that were wanted since then, the oldest first, each once in a row. */
  const wanted = async (since: number) => {
    const decisions = (await stack.decisions()).filter(({ at }) => Date.parse(at) >= since).toReversed();
    return decisions.map(({ desired }) => desired).filter((desired, index, all) => desired !== all[index - 1]);
  };

  it('a burst: more at once, and back when it is over', async () => {
    await submit(1_500);
    await stack.untilWorkers(MAX);
    await allDone();
    await stack.untilWorkers(1);
    expect(receiver.requests).toHaveLength(submitted);
  }, 180_000);

  it('a ramp: as many as it takes, before jobs are late', async () => {
    await offer(15, (share) => 5 + 45 * share);
    expect(Number((await stack.pool()).desired)).toBeGreaterThan(1);
    await allDone();
    await stack.untilWorkers(1);
  }, 180_000);

  it('a sine: up and down with its waves', async () => {
    const since = Date.now();
    await offer(30, (share) => 25 * (1 - Math.cos(4 * Math.PI * share)));
    await allDone();
    await stack.untilWorkers(1);
    const numbers = await wanted(since);
    expect(Math.max(...numbers.map(Number))).toBeGreaterThan(1);
    expect(numbers.at(-1)).toBe(1);
  }, 180_000);

  it('a load that flaps: few changes', async () => {
    const since = Date.now();
    await offer(20, (share) => (Math.floor(share * 20) % 2 === 0 ? 60 : 0));
    const numbers = await wanted(since);
    expect(numbers.length).toBeLessThanOrEqual(5);
    await allDone();
    await stack.untilWorkers(1);
  }, 180_000);
});
