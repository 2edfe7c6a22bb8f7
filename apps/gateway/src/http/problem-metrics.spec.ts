import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { API_KEYS, type Gateway, startGateway } from '../fixtures/gateway.js';

let gateway: Gateway;

/** One of the keys may ask once and then not again for long. */
const KEYS = JSON.parse(API_KEYS).map((key: { id: string }) =>
  key.id === 'stranger' ? { ...key, rateLimit: { perSecond: 0.001, burst: 1 } } : key,
);

beforeAll(async () => {
  gateway = await startGateway({ API_KEYS: JSON.stringify(KEYS) });
});
afterAll(() => gateway[Symbol.asyncDispose]());

/** How often each problem was answered so far. */
async function counts(): Promise<Record<string, number>> {
  const { text } = await gateway.call('GET', '/metrics');
  return Object.fromEntries(
    [...text.matchAll(/^dts_problems_total\{code="(.+?)"\} (\d+)$/gm)].map(([, code, count]) => [code, Number(count)]),
  );
}

const post = (body: unknown, headers = {}) => gateway.call('POST', '/v1/jobs', { as: 'caller', body, headers });

describe('dts_problems_total', () => {
  it('counts every request that is refused, by the code of the problem', async () => {
    await gateway.call('GET', '/v1/job-types');
    await gateway.call('GET', '/v1/job-types', { headers: { authorization: 'Bearer of-nobody' } });
    await gateway.call('GET', '/v1/queues', { as: 'reader' });
    await post({ name: 'http.request', payload: { url: 'x'.repeat(300_000) } });
    await post({ name: 'http.request', payload: {} });
    await post('{', { 'content-type': 'application/json' });
    for (let asked = 0; asked < 3; asked++) await gateway.call('GET', '/v1/job-types', { as: 'stranger' });
    await gateway.call('GET', '/nowhere');
    await gateway.call('POST', '/healthz');
    await gateway.call('PUT', '/ui/api/queues/io/pause', { as: 'viewer' });
    await gateway.raw('GET /v1/jobs/%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    await gateway.raw('HELLO\r\n\r\n');
    expect(await counts()).toEqual({
      unauthenticated: 2,
      'missing-scope': 2,
      'payload-too-large': 1,
      'invalid-request': 1,
      'malformed-json': 1,
      'rate-limited': 2,
      'not-found': 1,
      'method-not-allowed': 1,
      'bad-request': 2,
    });
  });

  it('has no label of what callers make up', async () => {
    const before = await counts();
    await post({ name: `made-up-${'x'.repeat(50)}`, payload: {} });
    expect(await counts()).toEqual({ ...before, 'unknown-job': 1 });
  });
});
