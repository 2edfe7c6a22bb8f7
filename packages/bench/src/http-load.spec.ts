import { type Receiver, startReceiver } from '@dts/testkit';
import { afterEach, describe, expect, it } from '@jest/globals';
import { postJobs } from './http-load.js';

const LOAD = { apiKey: 'the-key', body: '{"name":"http.request"}', connections: 4, seconds: 0.5 };

describe('postJobs', () => {
  let receiver: Receiver;

  afterEach(() => receiver.stop());

  it('counts what was stored and what was not', async () => {
    receiver = await startReceiver(() => ({ status: receiver.requests.length % 4 === 0 ? 503 : 201 }));
    const sample = await postJobs({ ...LOAD, url: receiver.url }, new AbortController().signal);
    expect(sample.rate).toBeGreaterThan(0);
    // Every fourth request of all; those under way at the end are not counted.
    expect(sample.refused).toBeGreaterThanOrEqual(Math.floor(receiver.requests.length / 4) - LOAD.connections);
    expect(sample.refused).toBeLessThanOrEqual(Math.floor(receiver.requests.length / 4));
    expect(sample.p99).toBeGreaterThanOrEqual(sample.p50 ?? Number.POSITIVE_INFINITY);
  });

  it('sends each request with the key and an idempotency key of its own', async () => {
    receiver = await startReceiver(() => ({ status: 201 }));
    await postJobs({ ...LOAD, url: receiver.url }, new AbortController().signal);
    const keys = receiver.requests.map(({ headers }) => headers['idempotency-key']);
    expect(new Set(keys).size).toBe(keys.length);
    expect(receiver.requests[0]).toMatchObject({ method: 'POST', headers: { authorization: 'Bearer the-key' } });
    expect(receiver.requests[0]?.body.toString()).toBe(LOAD.body);
  });

  it('has nothing to say about a server that stores nothing', async () => {
    receiver = await startReceiver(() => ({ status: 401 }));
    const load = postJobs({ ...LOAD, url: receiver.url }, new AbortController().signal);
    await expect(load).rejects.toThrow('there is nothing to measure');
  });

  it('ends early when it is told to stop', async () => {
    receiver = await startReceiver(() => ({ status: 201 }));
    const stopping = new AbortController();
    const load = postJobs({ ...LOAD, seconds: 60, url: receiver.url }, stopping.signal);
    await receiver.waitForCount(1);
    stopping.abort(new Error('Stopped.'));
    await expect(load).rejects.toThrow('Stopped.');
  });
});
