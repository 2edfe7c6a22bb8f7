import { type Receiver, startReceiver, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ioPolicy, LocalStack, PATIENCE } from './local-stack.js';

interface Worker {
  readonly pid: number;
  readonly queues: readonly { readonly name: string }[];
}

describe('pools that change under way', () => {
  let receiver: Receiver;
  let stack: LocalStack;
  let letGo: () => void = () => {};

  beforeAll(async () => {
    receiver = await startReceiver();
    stack = await LocalStack.start(ioPolicy());
    await stack.untilWorkers(1);
  }, 90_000);
  afterAll(async () => {
    letGo();
    await stack?.stop();
    await receiver?.stop();
  }, 90_000);

  const serving = async () => {
    const { body } = await stack.api.call<{ items: Worker[] }>('GET', '/v1/workers');
    return body.items.map(({ queues }) => queues.map(({ name }) => name).join()).toSorted();
  };
  const hold = async () => {
    receiver.requests.length = 0;
    receiver.respond = () =>
      new Promise((resolve) => {
        letGo = () => resolve({ body: {} });
      });
    const id = await stack.api.submit('http.request', { url: receiver.url, timeout: 60_000 }, { timeout: 60_000 });
    await receiver.waitForCount(1, 20_000);
    return id;
  };

  it('have workers for a queue that is added, and those without it go once their job is done', async () => {
    const id = await hold();
    await stack.setPolicy(ioPolicy().replace('queues: [io]', 'queues: [io, cpu]'));
    await waitFor(async () => (await serving()).join(' ') === 'io io,cpu', PATIENCE);
    expect((await stack.api.call('GET', `/v1/jobs/${id}`)).body).toMatchObject({ state: 'active' });
    letGo();
    await waitFor(async () => (await serving()).join(' ') === 'io,cpu', PATIENCE);
    expect(await stack.api.wait(id)).toMatchObject({ state: 'completed', attemptsMade: 1 });
  }, 120_000);

  it('leave nobody behind when one is given another name', async () => {
    await stack.setPolicy(ioPolicy().replace('  io:', '  web:'));
    await waitFor(async () => (await serving()).join(' ') === 'io', PATIENCE);
    expect(await stack.pool('web')).toMatchObject({ current: 1, problem: null });
  }, 120_000);
});
