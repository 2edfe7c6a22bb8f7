import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Call, type Gateway, startGateway } from '../fixtures/gateway.js';

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway[Symbol.asyncDispose]());
afterEach(async () => {
  // Whatever a test has sent: the process lives and answers.
  expect((await gateway.call('GET', '/healthz')).body).toEqual({ status: 'ok' });
});

const post = (body: unknown, contentType = 'application/json', call: Call = {}) =>
  gateway.call('POST', '/v1/jobs', { as: 'caller', body, ...call, headers: { 'content-type': contentType, ...call.headers } });

describe('a body', () => {
  it.each([
    ['of 1 MB', `"${'x'.repeat(1_000_000)}"`, 413, 'payload-too-large'],
    ['10,000 levels deep', '['.repeat(10_000), 400, 'json-too-deep'],
    ['cut off', '{"name": "http.request"', 400, 'malformed-json'],
    ['with a member __proto__', '{"__proto__": {}}', 400, 'malformed-json'],
    ['of blanks', ' ', 400, 'malformed-json'],
    ['that is empty', '', 422, 'invalid-request'],
    ['that is no object', '[]', 422, 'invalid-request'],
  ])('%s is answered with a problem', async (_what, body, status, code) => {
    const answer = await post(body);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer).toMatchObject({ status, body: { status, code, type: `/problems/${code}`, requestId: expect.any(String) } });
  });

  it('that is not UTF-8 is answered with a problem', async () => {
    await expect(post(new Uint8Array([0x22, 0xff, 0x22]))).resolves.toMatchObject({ status: 400, body: { code: 'invalid-utf8' } });
  });

  it('that nobody sent is answered with a problem', async () => {
    await expect(gateway.call('POST', '/v1/jobs', { as: 'caller' })).resolves.toMatchObject({
      status: 422,
      body: { code: 'invalid-request' },
    });
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'application/jsonp', 'nonsense'])(
    'of type %s is answered with 415',
    async (type) => {
      await expect(post('{}', type)).resolves.toMatchObject({ status: 415, body: { code: 'unsupported-media-type' } });
    },
  );

  it('that is compressed is answered with 415', async () => {
    await expect(post(gzipSync('{}'), 'application/json', { headers: { 'content-encoding': 'gzip' } })).resolves.toMatchObject({
      status: 415,
      body: { code: 'unsupported-media-type', detail: 'Send the body as it is, without a Content-Encoding.' },
    });
  });

  it('may be of a type and empty where none is needed', async () => {
    const call = { as: 'operator', body: '', headers: { 'content-type': 'application/json' } } as const;
    await expect(gateway.call('DELETE', '/v1/jobs/io_1', call)).resolves.toMatchObject({ status: 404, body: { code: 'job-not-found' } });
  });

  it('may name its charset', async () => {
    await expect(post('{}', 'application/json; charset=utf-8')).resolves.toMatchObject({ status: 422 });
  });
});

describe('what cannot be a request', () => {
  it.each([
    ['is not HTTP', 'HELLO\r\n\r\n', 400, 'bad-request'],
    ['is HTTP/9', 'GET / HTTP/9.9\r\n\r\n', 400, 'bad-request'],
    ['gives two lengths', 'POST /v1/jobs HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}', 400, 'bad-request'],
    ['has too many headers', `GET /healthz HTTP/1.1\r\nHost: a\r\nX-Big: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'headers-too-large'],
    ['has a URL with a broken escape', 'GET /v1/jobs/%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', 400, 'bad-request'],
  ])('as it %s is answered with a problem', async (_what, text, status, code) => {
    const [head = '', body = ''] = (await gateway.raw(text)).split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} [\\s\\S]*content-type: application/problem\\+json`, 'i'));
    expect(JSON.parse(body)).toMatchObject({ status, code, requestId: expect.any(String) });
  });
});

describe('a route that does not exist', () => {
  it.each([
    ['GET', '/'],
    ['GET', '/v1'],
    ['GET', '/v1/jobs/io_1/'],
    ['POST', '/v1/jobs:'],
    ['GET', '/%2e%2e/etc/passwd'],
    ['GET', '/docs/%2e%2e/%2e%2e/package.json'],
  ])('is answered with a problem: %s %s', async (method, path) => {
    await expect(gateway.call(method, path, { as: 'operator' })).resolves.toMatchObject({ status: 404, body: { code: 'not-found' } });
  });
});

describe('a method that a path does not take', () => {
  it.each([
    ['PATCH', '/v1/jobs/io_1', 'DELETE, GET, HEAD'],
    ['QUERY', '/v1/jobs:batch', 'POST'],
    ['GET', '/v1/schedules/nightly:pause', 'POST'],
    ['POST', '/v1/schedules/nightly', 'DELETE, GET, HEAD, PUT'],
    ['OPTIONS', '/v1/job-types', 'GET, HEAD'],
    ['PUT', '/healthz', 'GET, HEAD'],
    ['DELETE', '/problems/not-found', 'GET, HEAD'],
    ['POST', '/openapi.json', 'GET, HEAD'],
  ])('is refused, and told those that it takes: %s %s', async (method, path, allow) => {
    for (const call of [
      { as: 'operator' },
      {},
      { as: 'operator', body: '{"of no use', headers: { 'content-type': 'text/plain' } },
    ] as const) {
      const answer = await gateway.call(method, path, method === 'GET' ? { as: call.as } : call);
      expect([answer.status, answer.body.code, answer.headers.get('allow')]).toEqual([405, 'method-not-allowed', allow]);
    }
  });

  it('is refused for TRACE, which would echo a key', async () => {
    const answer = await gateway.raw('TRACE /v1/job-types HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 405 /);
  });
});

describe('an answer', () => {
  it.each(['/healthz', '/v1/job-types', '/nowhere', '/v1/jobs/%zz', '/openapi.json', '/docs', '/metrics'])(
    'of %s is what its type says, shows in no frame, and tells nothing of what made it',
    async (path) => {
      const { headers } = await gateway.call('GET', path, { as: 'operator' });
      expect([headers.get('x-content-type-options'), headers.get('x-frame-options')]).toEqual(['nosniff', 'DENY']);
      expect([headers.get('server'), headers.get('x-powered-by')]).toEqual([null, null]);
    },
  );

  it('of the API is kept by no cache', async () => {
    for (const [path, as] of [
      ['/v1/job-types', 'operator'],
      ['/v1/jobs/io_1', 'operator'],
      ['/v1/job-types', undefined],
    ] as const) {
      expect((await gateway.call('GET', path, { as })).headers.get('cache-control')).toBe('no-store');
    }
  });
});

describe('the request id', () => {
  it.each(['abc-1', '4f.2:x_Y', 'x'.repeat(128)])('%s of a caller comes back', async (id) => {
    const answer = await gateway.call('GET', '/nowhere', { headers: { 'x-request-id': id } });
    expect([answer.headers.get('x-request-id'), answer.body.requestId]).toEqual([id, id]);
  });

  it.each(['a b', '"', 'x'.repeat(129), '<script>', 'é'])('%p of a caller is replaced by one that can be logged', async (id) => {
    const { headers } = await gateway.call('GET', '/healthz', { headers: { 'x-request-id': id } });
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('is another for every request, and in every problem', async () => {
    const answers = await Promise.all([
      gateway.call('GET', '/v1/jobs/%zz'),
      gateway.call('GET', '/v1/job-types'),
      gateway.call('GET', '/x'),
    ]);
    const ids = answers.map(({ headers }) => headers.get('x-request-id'));
    expect(answers.map(({ body }) => body.requestId)).toEqual(ids);
    expect(new Set(ids).size).toBe(3);
  });
});

describe('a problem', () => {
  it('leads to its description', async () => {
    const { body } = await gateway.call('GET', '/v1/job-types');
    await expect(gateway.call('GET', body.type)).resolves.toMatchObject({ status: 200, body: { code: 'unauthenticated', status: 401 } });
    const list = await gateway.call('GET', '/problems');
    expect(list.body.items.map(({ code }: { code: string }) => code)).toContain('unauthenticated');
  });

  it.each(['no-such', 'constructor', '__proto__'])('with the code %p does not exist', async (code) => {
    await expect(gateway.call('GET', `/problems/${code}`)).resolves.toMatchObject({ status: 404, body: { code: 'not-found' } });
  });
});
