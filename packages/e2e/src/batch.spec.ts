import { type Receiver, type Stack, startReceiver, startStack } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Api, type Job } from './api.js';

interface Result {
  readonly status: number;
  readonly job?: Job;
  readonly problem?: { readonly code: string; readonly status: number };
}

describe('a batch', () => {
  let stack: Stack;
  let receiver: Receiver;
  let api: Api;

  beforeAll(async () => {
    [stack, receiver] = await Promise.all([startStack(), startReceiver()]);
    api = new Api(stack.url, stack.apiKey);
  });
  afterAll(async () => {
    await stack?.stop();
    await receiver?.stop();
  });

  const submit = async (jobs: readonly unknown[]) => {
    const { status, body } = await api.call<{ results: Result[] }>('POST', '/v1/jobs:batch', { jobs });
    expect(status).toBe(200);
    return body.results;
  };

  it('runs every good job once, however often it is submitted, whatever stands beside it', async () => {
    const good = Array.from({ length: 50 }, (_, index) => ({
      name: 'http.request',
      payload: { method: 'GET', url: `${receiver.url}/${index}` },
      idempotencyKey: `batch-${index}`,
    }));
    const bad = { name: 'http.request', payload: { url: 'no URL' } };
    const first = await submit([...good, bad]);
    const again = await submit([bad, ...good]);
    expect(first.map(({ status }) => status)).toEqual([...Array(50).fill(201), 422]);
    expect(again.map(({ status }) => status)).toEqual([422, ...Array(50).fill(200)]);
    expect(first[50]?.problem).toMatchObject({ code: 'invalid-request', status: 422 });
    const ids = first.flatMap(({ job }) => job?.id ?? []);
    expect(again.flatMap(({ job }) => job?.id ?? [])).toEqual(ids);
    const ended = await Promise.all(ids.map((id) => api.wait(id)));
    expect(new Set(ended.map(({ state }) => state))).toEqual(new Set(['completed']));
    expect(new Set(receiver.requests.map(({ path }) => path)).size).toBe(50);
    expect(receiver.requests).toHaveLength(50);
  });
});
