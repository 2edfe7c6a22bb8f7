import { type Receiver, startReceiver, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ioPolicy, LocalStack, PATIENCE } from './local-stack.js';

const JOBS = 20_000;
/** Milliseconds from the first submission until another worker is started: what the project promises. */
const PROMISED_MS = 2_000;

describe('a burst of 20,000 jobs', () => {
  let receiver: Receiver;
  let stack: LocalStack;

  beforeAll(async () => {
    receiver = await startReceiver();
    // As npm start does it, at the interval of production: what is measured is the push.
    stack = await LocalStack.start(ioPolicy({ max: 3 }), { SIGNAL_INTERVAL: '5000' });
    await waitFor(async () => (await stack.scaling()).leads, PATIENCE);
  }, 90_000);
  afterAll(async () => {
    await stack?.stop();
    await receiver?.stop();
  }, 90_000);

  const registered = async () => {
    const { body } = await stack.api.call<{ items: { queues: { name: string }[] }[] }>('GET', '/v1/workers');
    return body.items.filter(({ queues }) => queues.some(({ name }) => name === 'io')).length;
  };

  it('has more workers at work long before it has ended, and before the next reading is due', async () => {
    const startedAt = Date.now();
    const submitted = stack.submitMany(JOBS, receiver.url);
    const more = await waitFor(
      async () => {
        const decisions = await stack.decisions(20);
        return decisions.find(({ at, current, desired }) => Date.parse(at) >= startedAt && Number(desired) > Number(current));
      },
      { timeoutMs: 4_000, describe: 'a decision that another worker is needed' },
    );
    await waitFor(async () => Number((await stack.pool()).current) > 1, PATIENCE);
    const startedMs = Date.now() - startedAt;
    await waitFor(async () => (await registered()) > 1, PATIENCE);
    process.stdout.write(
      `decided ${Date.parse(more.at) - startedAt} ms after the first submission, another worker started after ${startedMs} ms` +
        ` and at work after ${Date.now() - startedAt} ms\n`,
    );
    expect(startedMs).toBeLessThan(PROMISED_MS);
    expect(await submitted).toHaveLength(JOBS);
    await stack.untilCompleted(JOBS, 120_000);
  }, 240_000);
});
