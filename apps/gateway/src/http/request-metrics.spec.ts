import { waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Gateway, secretOf, startGateway } from '../fixtures/gateway.js';

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway[Symbol.asyncDispose]());

/** The request that asks is one of them. */
async function inFlight(): Promise<number> {
  const { text } = await gateway.call('GET', '/metrics');
  return Number(/^dts_requests_in_flight (\d+)$/m.exec(text)?.[1]);
}

describe('dts_requests_in_flight', () => {
  it('counts a request until it is answered, or its caller leaves', async () => {
    expect(await inFlight()).toBe(1);
    const payload = { method: 'GET', url: 'http://127.0.0.1:9/' };
    const { body } = await gateway.call('POST', '/v1/jobs', { as: 'caller', body: { name: 'http.request', payload } });
    const { id } = body as { id: string };
    const leaving = new AbortController();
    const headers = { authorization: `Bearer ${secretOf('caller')}` };
    const waiting = fetch(`${gateway.url}/v1/jobs/${id}?wait=30`, { headers, signal: leaving.signal });
    await waitFor(async () => (await inFlight()) === 2, { describe: 'the one that waits to be counted' });
    leaving.abort();
    await expect(waiting).rejects.toThrow();
    await waitFor(async () => (await inFlight()) === 1, { describe: 'the one that left to be counted no more' });
  });
});
