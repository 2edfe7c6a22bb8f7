import { type Receiver, startReceiver, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ioPolicy, LocalStack, PATIENCE } from './local-stack.js';

describe('a pool that may have no worker', () => {
  let receiver: Receiver;
  let stack: LocalStack;

  beforeAll(async () => {
    receiver = await startReceiver();
    stack = await LocalStack.start(ioPolicy({ min: 0, more: 'fallbackAfter: 3' }));
  }, 90_000);
  afterAll(async () => {
    await stack?.stop();
    await receiver?.stop();
  }, 90_000);

  const submit = (options = {}) => stack.api.submit('http.request', { url: receiver.url }, options);
  const toZero = () => stack.untilWorkers(0);

  it('has none at first, wakes for a job, and goes to sleep again', async () => {
    await toZero();
    const id = await submit();
    expect(await stack.api.wait(id, 30)).toMatchObject({ state: 'completed', attemptsMade: 1 });
    await toZero();
    const decisions = await stack.decisions();
    expect(decisions.some(({ current, desired }) => current === 0 && desired === 1)).toBe(true);
  }, 120_000);

  it('wakes for a delayed job that is due, which nobody else would move on', async () => {
    await toZero();
    const id = await submit({ delay: 6_000 });
    expect(await stack.api.wait(id, 40)).toMatchObject({ state: 'completed', attemptsMade: 1 });
    await toZero();
  }, 120_000);

  it('wakes when its load cannot be read: not knowing is not nothing', async () => {
    await toZero();
    const key = 'dts:io:metrics:completed';
    const counters = await stack.redis.hgetall(key);
    await stack.redis.set(key, 'no counter');
    await waitFor(async () => (await stack.pool()).decision?.signal.state === 'unknown', PATIENCE);
    await waitFor(async () => (await stack.pool()).current === 1, PATIENCE);
    await stack.redis.del(key);
    await stack.redis.hset(key, { count: '0', ...counters });
    await waitFor(async () => (await stack.pool()).decision?.signal.state === 'known', PATIENCE);
  }, 120_000);

  it('wakes, too, when Redis itself is away, and works once it is back', async () => {
    await stack.setPolicy(ioPolicy({ min: 0, more: 'fallback: 2' }));
    const [pid] = (/process_id:(\d+)/.exec(await stack.redis.info('server')) ?? []).slice(1).map(Number);
    process.kill(Number(pid), 'SIGSTOP');
    try {
      await waitFor(async () => (await stack.pool()).current === 2, PATIENCE);
    } finally {
      process.kill(Number(pid), 'SIGCONT');
    }
    const id = await waitFor(() => submit(), PATIENCE);
    expect(await stack.api.wait(id, 30)).toMatchObject({ state: 'completed' });
  }, 120_000);
});
