import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
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

  const workers = async () => {
    const { body } = await stack.api.call<{ items: Worker[] }>('GET', '/v1/workers');
    return body.items.map(({ pid, queues }) => ({ pid, queues: queues.map(({ name }) => name).join() }));
  };
  const serving = async () => (await workers()).map(({ queues }) => queues).toSorted();
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
    await waitFor(async () => (await serving()).join(' ') === 'cpu,io io', PATIENCE);
    expect((await stack.api.call('GET', `/v1/jobs/${id}`)).body).toMatchObject({ state: 'active' });
    letGo();
    await waitFor(async () => (await serving()).join(' ') === 'cpu,io', PATIENCE);
    expect(await stack.api.wait(id)).toMatchObject({ state: 'completed', attemptsMade: 1 });
  }, 120_000);

  it('keep their workers when only the order of their queues changes', async () => {
    const before = await workers();
    const [last] = await stack.decisions(1);
    await stack.setPolicy(ioPolicy({ max: 4 }).replace('queues: [io]', 'queues: [cpu, io]'));
    await waitFor(async () => (await stack.pool()).max === 4, PATIENCE);
    await waitFor(async () => (await stack.decisions()).filter(({ at }) => at > String(last?.at)).length >= 4, PATIENCE);
    expect(await workers()).toEqual(before);
  }, 120_000);

  it('leave nobody behind when one is given another name', async () => {
    await stack.setPolicy(ioPolicy().replace('  io:', '  web:'));
    await waitFor(async () => (await serving()).join(' ') === 'io', PATIENCE);
    expect(await stack.pool('web')).toMatchObject({ current: 1, problem: null });
    await stack.setPolicy(ioPolicy());
    await stack.untilWorkers(1);
  }, 120_000);

  it('end in order with npm start: a worker that drains finishes its job first', async () => {
    const id = await hold();
    await stack.pin(0);
    await waitFor(async () => (await stack.pool()).draining.length === 1, PATIENCE);
    const stopped = stack.program.stop(60_000);
    await waitFor(() => stack.program.output.includes('Draining: waiting for running jobs'), PATIENCE);
    letGo();
    expect(await stopped).toEqual({ code: 0, signal: null });
    const logs = join(stack.folder, 'data/logs');
    const written = await Promise.all((await readdir(logs)).map((name) => readFile(join(logs, name), 'utf8')));
    expect(written.join('')).toMatch(new RegExp(`"jobId":"${id}","attempt":1,"requestId":"[^"]+","outcome":"completed"`));
    expect(receiver.requests).toHaveLength(1);
  }, 120_000);
});
