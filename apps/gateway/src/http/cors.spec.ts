import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Gateway, startGateway } from '../fixtures/gateway.js';

const APP = 'https://app.example.com';
const PREFLIGHT = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,idempotency-key' };

const corsHeaders = ({ headers }: { headers: Headers }) => [...headers].filter(([name]) => name.startsWith('access-control-'));

describe('a page of another origin', () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await startGateway({ CORS_ORIGINS: `http://127.0.0.1:5173,${APP}` });
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  it('that is allowed may send what the client sends, without having shown a key', async () => {
    const answer = await gateway.call('OPTIONS', '/v1/jobs', { headers: { origin: APP, ...PREFLIGHT } });
    expect(answer.status).toBe(204);
    expect(Object.fromEntries(corsHeaders(answer))).toEqual({
      'access-control-allow-origin': APP,
      'access-control-allow-methods': 'GET, POST, PUT, DELETE',
      'access-control-allow-headers': expect.stringMatching(/^Authorization, Content-Type, Idempotency-Key, Last-Event-ID, /),
      'access-control-expose-headers': expect.stringContaining('Retry-After'),
      'access-control-max-age': '600',
    });
    expect(answer.headers.get('vary')).toContain('Origin');
  });

  it.each([
    ['an answer', 200, '/v1/job-types', 'caller'],
    ['that its key is missing', 401, '/v1/job-types', undefined],
    ['that there is no such job', 404, '/v1/jobs/io_1', 'caller'],
  ] as const)('is told %s', async (_what, status, path, as) => {
    const answer = await gateway.call('GET', path, { as, headers: { origin: APP } });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([status, APP]);
    expect(answer.headers.has('access-control-allow-credentials')).toBe(false);
  });

  it('that is not allowed gets no permission', async () => {
    for (const origin of ['https://evil.example', 'https://app.example.com.evil.example', 'http://app.example.com', 'null']) {
      const asked = await gateway.call('OPTIONS', '/v1/jobs', { headers: { origin, ...PREFLIGHT } });
      const answered = await gateway.call('GET', '/v1/job-types', { as: 'caller', headers: { origin } });
      for (const { headers } of [asked, answered]) expect([origin, headers.get('access-control-allow-origin')]).toEqual([origin, null]);
    }
  });

  it.each(['/ui/login', '/metrics', '/healthz', '/openapi.json'])('gets no permission for %s', async (path) => {
    expect(corsHeaders(await gateway.call('GET', path, { headers: { origin: APP } }))).toEqual([]);
    const asked = await gateway.call('OPTIONS', path, { headers: { origin: APP, ...PREFLIGHT } });
    expect([asked.status >= 400, corsHeaders(asked)]).toEqual([true, []]);
  });
});

describe('without CORS_ORIGINS', () => {
  it('no page of another origin gets permission', async () => {
    await using gateway = await startGateway();
    const asked = await gateway.call('OPTIONS', '/v1/jobs', { headers: { origin: APP, ...PREFLIGHT } });
    expect([asked.status, corsHeaders(asked)]).toEqual([405, []]);
    expect(corsHeaders(await gateway.call('GET', '/v1/job-types', { as: 'caller', headers: { origin: APP } }))).toEqual([]);
  });
});
