import { createSignal, EventStream, type Receiver, type Stack, startReceiver, startStack, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Api } from './api.js';

/** 1 x 1 pixel. */
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

describe('following a job', () => {
  let stack: Stack;
  let api: Api;
  let receiver: Receiver;

  beforeAll(async () => {
    receiver = await startReceiver();
    stack = await startStack();
    api = new Api(stack.url, stack.apiKey);
  });

  afterAll(async () => {
    await stack?.stop();
    await receiver?.stop();
  });

  const follow = (id: string, url = stack.url, last = '') =>
    EventStream.open(`${url}/v1/jobs/${id}/events`, { authorization: `Bearer ${stack.apiKey}`, ...(last && { 'last-event-id': last }) });
  const statesOf = ({ events }: EventStream) => events.flatMap(({ event, data }) => (event === 'state' ? [data.state] : []));

  it('tells its states, progress and log as they come', async () => {
    const fetched = createSignal('fetched');
    const put = createSignal('put');
    receiver.respond = async ({ method }) => {
      if (method === 'GET') await fetched.wait(30_000);
      else await put.wait(30_000);
      return method === 'GET' ? { body: PNG, headers: { 'content-type': 'image/png' } } : {};
    };
    const payload = { sourceUrl: `${receiver.url}/1.png`, destinationUrl: `${receiver.url}/2.png`, width: 1 };
    const id = await api.submit('image.thumbnail', payload);
    await using stream = await follow(id);
    await stream.until(({ data }) => data.state === 'active');
    fetched.set();
    await stream.until(({ event, data }) => event === 'progress' && data.progress === 80);
    await stream.until(({ event, data }) => event === 'log' && data.line === 1);
    put.set();
    await expect(stream.ended).resolves.toBe(true);
    expect(statesOf(stream).slice(-2)).toEqual(['active', 'completed']);
    const lines = stream.events.flatMap(({ event, data }) => (event === 'log' ? [data] : []));
    expect(lines.map(({ line, text }) => [line, text])).toEqual([
      [0, `fetched ${PNG.length} bytes`],
      [1, expect.stringMatching(/^made 1 x 1 pixels of webp in \d+ bytes$/)],
    ]);
    const { body } = await api.call<{ items: unknown[] }>('GET', `/v1/jobs/${id}/logs`);
    expect(body.items).toEqual(lines.map(({ line, text }) => ({ line, text })));
  }, 60_000);

  it('goes on at another gateway when the first is killed with -9, and misses no attempt in between', async () => {
    const gateway = await stack.start('gateway');
    let requests = 0;
    const held = createSignal('held');
    receiver.respond = async () => {
      requests++;
      if (requests === 1) await held.wait(30_000);
      return requests < 3 ? { status: 503 } : { body: {} };
    };
    const backoff = { type: 'fixed', delay: 10 };
    const id = await api.submit('http.request', { url: `${receiver.url}/x`, method: 'GET' }, { backoff });
    await using first = await follow(id, gateway.url);
    const { id: last } = await first.until(({ data }) => data.state === 'active');
    await gateway.kill();
    await expect(first.ended).resolves.toBe(false);
    held.set();
    await waitFor(async () => (await api.call('GET', `/v1/jobs/${id}`)).body.state === 'completed', { timeoutMs: 20_000 });
    await using second = await follow(id, stack.url, last);
    await expect(second.ended).resolves.toBe(true);
    expect(statesOf(second)).toEqual(['scheduled', 'active', 'scheduled', 'active', 'completed']);
    expect(second.events.map(({ data }) => data.attemptsMade)).toEqual([1, 1, 2, 2, 3]);
    expect(second.events[0]?.data.error).toMatchObject({ code: 'http-status' });
  }, 60_000);

  it('ends when the gateway is told to stop, and does not hold it up', async () => {
    const gateway = await stack.start('gateway');
    const id = await api.submit('http.request', { url: `${receiver.url}/later`, method: 'GET' }, { delay: 3_600_000 });
    await using stream = await follow(id, gateway.url);
    await stream.until(({ data }) => data.state === 'scheduled');
    const stopped = gateway.stop();
    await expect(stream.ended).resolves.toBe(true);
    await expect(stopped).resolves.toMatchObject({ code: 0 });
  }, 60_000);
});
