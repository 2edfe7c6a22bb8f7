import { type App, type Receiver, type Stack, startReceiver, startStack, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Api, type Job } from './api.js';

describe('cancelling a job', () => {
  let stack: Stack;
  let api: Api;
  let receiver: Receiver;
  let letGo: () => void;

  beforeAll(async () => {
    receiver = await startReceiver();
    stack = await startStack();
    api = new Api(stack.url, stack.apiKey);
  });

  afterAll(async () => {
    letGo();
    await stack?.stop();
    await receiver?.stop();
  });

  beforeEach(() => {
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    receiver.respond = async ({ path }) => {
      if (path === '/held') await held;
      return { body: {} };
    };
  });

  const cancel = (id: string) => api.call<Job & { code: string }>('DELETE', `/v1/jobs/${id}`);
  const job = async (id: string) => (await api.call('GET', `/v1/jobs/${id}`)).body;

  it('stops one that runs, wherever it runs, and does not call it dead', async () => {
    const id = await api.submit('http.request', { url: `${receiver.url}/held`, method: 'GET' });
    await waitFor(() => receiver.withKey(id).length === 1);
    expect((await cancel(id)).status).toBe(200);
    expect(await api.wait(id)).toMatchObject({ state: 'cancelled', attemptsMade: 1, error: { code: 'cancelled' } });
    expect(await cancel(id)).toMatchObject({ status: 200, body: { state: 'cancelled' } });
  });

  it('keeps one that is to come from ever starting, at once', async () => {
    const id = await api.submit('http.request', { url: `${receiver.url}/later`, method: 'GET' }, { delay: 3_600_000 });
    expect(await cancel(id)).toMatchObject({ status: 200, body: { state: 'cancelled' } });
    expect(await cancel(id)).toMatchObject({ status: 200, body: { state: 'cancelled' } });
    expect(await waitFor(async () => (await job(id)).error)).toMatchObject({ code: 'cancelled' });
    expect(receiver.withKey(id)).toEqual([]);
  });

  it('keeps one that waits for a worker from starting when the worker comes', async () => {
    await (stack.apps.get('worker') as App).stop();
    const id = await api.submit('http.request', { url: `${receiver.url}/waiting`, method: 'GET' });
    expect(await cancel(id)).toMatchObject({ status: 200, body: { state: 'cancelled' } });
    await stack.start('worker');
    const next = await api.submit('http.request', { url: `${receiver.url}/next`, method: 'GET' });
    expect(await api.wait(next)).toMatchObject({ state: 'completed' });
    expect(await job(id)).toMatchObject({ state: 'cancelled', error: { code: 'cancelled' } });
    expect(receiver.withKey(id)).toEqual([]);
  });

  it('refuses what has finished and what is not there', async () => {
    const id = await api.submit('http.request', { url: `${receiver.url}/done`, method: 'GET' });
    await api.wait(id);
    expect(await cancel(id)).toMatchObject({ status: 409, body: { code: 'already-finished' } });
    expect(await cancel(`io_${'0'.repeat(26)}`)).toMatchObject({ status: 404, body: { code: 'job-not-found' } });
  });
});
