// Requests that are wrong as HTTP: how they are framed, how large they are, where they claim to go.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Fortress, KEYS } from './fortress.js';
import type { RawAnswer } from './raw-http.js';

let fortress: Fortress;

beforeAll(async () => {
  fortress = await Fortress.start();
}, 40_000);
afterAll(() => fortress?.stop());
afterEach(async () => {
  expect(await fortress.health()).toEqual({ alive: 200, ready: 200, unexpected: [] });
});

const SUBMISSION = JSON.stringify({ name: 'http.request', payload: { url: 'http://service.test/' } });
const JSON_TYPE = 'Content-Type: application/json\r\n';

function expectProblem({ status, head, body }: RawAnswer, expected: number): void {
  expect([status, head]).toEqual([expected, expect.stringContaining('content-type: application/problem+json')]);
  const problem = JSON.parse(body.replace(/^[0-9a-f]+\r\n|\r\n0\r\n\r\n$/g, ''));
  expect(problem).toMatchObject({ status: expected, code: expect.any(String), requestId: expect.any(String) });
  expect(body).not.toMatch(/node_modules|\.ts:|\.js:|at Object|stack/);
}

describe('a request that two servers would read differently', () => {
  it.each([
    ['a length and chunks', `Content-Length: 5\r\nTransfer-Encoding: chunked\r\n`, '0\r\n\r\n'],
    ['two lengths', 'Content-Length: 5\r\nContent-Length: 6\r\n', 'hello'],
    ['a list of lengths', 'Content-Length: 5, 5\r\n', 'hello'],
    ['a negative length', 'Content-Length: -1\r\n', ''],
    ['a length with a sign', 'Content-Length: +5\r\n', 'hello'],
    ['a length in hex', 'Content-Length: 0x5\r\n', 'hello'],
    ['a length past what a number holds', 'Content-Length: 99999999999999999999\r\n', ''],
    ['chunks that are not last', 'Transfer-Encoding: chunked, identity\r\n', '0\r\n\r\n'],
    ['an unknown coding', 'Transfer-Encoding: xchunked\r\n', '0\r\n\r\n'],
    ['a blank before a colon', 'Transfer-Encoding : chunked\r\n', '0\r\n\r\n'],
    ['a chunk with no size', 'Transfer-Encoding: chunked\r\n', 'zz\r\nhello\r\n0\r\n\r\n'],
    ['a chunk past what a number holds', 'Transfer-Encoding: chunked\r\n', 'fffffffffffffffff\r\nhello'],
    ['a chunk that says too much', 'Transfer-Encoding: chunked\r\n', `5;${'x'.repeat(20_000)}\r\nhello\r\n0\r\n\r\n`],
    ['a header that goes on in the next line', 'X-Folded: a\r\n b\r\n', ''],
    ['a line feed alone', 'X-A: b\nX-C: d\r\n', ''],
    ['a carriage return in a value', 'X-A: b\rX-C: d\r\n', ''],
    ['a zero byte in a value', 'X-A: b\0c\r\n', ''],
    ['a blank in a name', 'X A: b\r\n', ''],
    ['a header without a name', ': b\r\n', ''],
  ])('by %s is refused', async (_what, headers, body) => {
    expectProblem(await fortress.raw.answer(fortress.request('POST', '/v1/jobs', JSON_TYPE + headers, body)), 400);
  });

  it('by what stands behind its end gets one answer, and no more', async () => {
    const smuggled = `GET /v1/job-types HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${KEYS.acme}\r\n\r\n`;
    const headers = `${JSON_TYPE}Content-Length: ${smuggled.length}\r\n`;
    const answers = await fortress.raw.answers(fortress.request('POST', '/v1/jobs', headers, smuggled));
    expect(answers.map(({ status }) => status)).toEqual([400]);
  });
});

describe('what is no request', () => {
  it.each([
    ['nonsense', 'HELLO\r\n\r\n'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['HTTP/1.2 with a method that is none', 'SMUGGLE /healthz HTTP/1.2\r\n\r\n'],
    ['a TLS greeting', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['an answer', 'HTTP/1.1 200 OK\r\n\r\n'],
    ['a Redis command', '*1\r\n$8\r\nFLUSHALL\r\n'],
    ['a blank in the path', 'GET /v1 /jobs HTTP/1.1\r\nHost: a\r\n\r\n'],
  ])('as it is %s is refused', async (_what, bytes) => expectProblem(await fortress.raw.answer(bytes), 400));

  it('as it asks for a tunnel is refused', async () => {
    const { status } = await fortress.raw.answer('CONNECT 169.254.169.254:80 HTTP/1.1\r\nHost: a\r\n\r\n');
    expect([0, 400, 405]).toContain(status);
  });

  it('as it names no host is refused', async () => {
    expect((await fortress.raw.answer('GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n')).status).toBe(400);
  });
});

describe('a request that is too large', () => {
  it.each([
    ['one header', `X-Big: ${'x'.repeat(20_000)}\r\n`],
    ['many headers', Array.from({ length: 3_000 }, (_, index) => `X-${index}: 1\r\n`).join('')],
    ['a key', `X-A: 1\r\nIdempotency-Key: ${'k'.repeat(17_000)}\r\n`],
  ])('in %s is refused', async (_what, headers) => {
    expectProblem(await fortress.raw.answer(fortress.request('GET', '/v1/job-types', headers)), 431);
  });

  it('in its path is refused', async () => {
    expectProblem(await fortress.raw.answer(fortress.request('GET', `/v1/jobs/${'a'.repeat(20_000)}`)), 431);
  });

  it('in its body is refused before the body is read', async () => {
    expectProblem(await fortress.raw.answer(fortress.request('POST', '/v1/jobs', `${JSON_TYPE}Content-Length: 1000000000\r\n`, '{')), 413);
  });

  it('in its chunks is refused', async () => {
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`;
    const bytes = fortress.request('POST', '/v1/jobs', `${JSON_TYPE}Transfer-Encoding: chunked\r\n`, chunk.repeat(6));
    expectProblem(await fortress.raw.answer(bytes), 413);
  });

  it('in nothing gets its answer, with as many headers as a proxy adds', async () => {
    const headers = Array.from({ length: 100 }, (_, index) => `X-Header-${index}: ${'v'.repeat(40)}\r\n`).join('');
    expect((await fortress.raw.answer(fortress.request('GET', '/v1/job-types', headers))).status).toBe(200);
  });
});

describe('a request for', () => {
  const asked = async (path: string, key?: string) => {
    const authorization = key ? `Authorization: Bearer ${key}\r\n` : '';
    return fortress.raw.answer(`GET ${path} HTTP/1.1\r\nHost: a\r\n${authorization}Connection: close\r\n\r\n`);
  };

  it.each([
    '/v1/jobs/..%2f..%2fetc%2fpasswd',
    '/v1/jobs/%2e%2e',
    '/v1/jobs/%2e%2e%2f%2e%2e',
    '/v1/jobs/%252e%252e%252f',
    '/v1/../v1/job-types',
    '/v1/./job-types',
    '//v1/job-types',
    '/v1//job-types',
    '/v1/job-types/',
    '/V1/job-types',
    '/v1/job-types;x=1',
    '/v1/job-types%2f',
    '/v1/job-types%20',
    '/v1/job-types%00',
    '/v1\\job-types',
    '/v1/jobs/io_1%00',
    '/v1/jobs/%c0%af',
    '/v1/jobs/%e0%80%af',
    '/v1/jobs/%ff',
    '/v1/jobs/%u0041',
    '/v1/jobs/%',
    '/v1/jobs/io_1%0d%0aX-Evil:%201',
    '/v1/jobs/\xe9',
    'http://gateway/v1/jobs/x',
    '*',
    '/docs/..%2f..%2fpackage.json',
    '/docs/%2e%2e/%2e%2e/package.json',
    '/ui/static/..%2f..%2fpackage.json',
    '/ui/static/%2e%2e/%2e%2e/package.json',
    '/.env',
    '/.git/config',
  ])('%s finds nothing, with a key or without', async (path) => {
    for (const key of [undefined, KEYS.acme]) {
      const answer = await asked(path, key);
      expect({ path, status: answer.status, refused: [400, 401, 403, 404, 422].includes(answer.status) }).toEqual({
        path,
        status: answer.status,
        refused: true,
      });
      expect(answer.head).not.toMatch(/^x-evil/m);
      expectProblem(answer, answer.status);
    }
  });

  it('a whole URL is answered here, whatever host it names', async () => {
    const { status, body } = await asked('http://169.254.169.254/v1/job-types', KEYS.acme);
    expect([status, body]).toEqual([200, expect.stringContaining('http.request')]);
  });

  it.each(['evil.test', 'gateway:99999', 'gateway@evil.test', '[::1', '<script>', '127.0.0.1:1'])(
    'the host %s is answered as any other',
    async (host) => {
      const answer = await fortress.raw.answer(
        `GET /v1/jobs/io_1 HTTP/1.1\r\nHost: ${host}\r\nX-Forwarded-Host: ${host}\r\nConnection: close\r\n\r\n`,
      );
      expectProblem(answer, 401);
      expect(answer.head + answer.body).not.toContain(host);
    },
  );
});

describe('a key', () => {
  const withKey = (headers: string) =>
    fortress.raw.answer(`GET /v1/job-types HTTP/1.1\r\nHost: a\r\n${headers}Connection: close\r\n\r\n`).then(({ status }) => status);

  it.each([
    ['in the query', 'X-A: 1\r\n', `/v1/job-types?authorization=Bearer%20${KEYS.acme}`],
    ['in another scheme', `Authorization: Basic ${KEYS.acme}\r\n`, '/v1/job-types'],
    ['with a word behind it', `Authorization: Bearer ${KEYS.acme} x\r\n`, '/v1/job-types'],
    ['cut short', `Authorization: Bearer ${KEYS.acme.slice(0, -1)}\r\n`, '/v1/job-types'],
    ['with a zero byte in a cookie', `Cookie: dts_session=operator.9999999999.x\r\n`, '/v1/job-types'],
    ['in a proxy header', `Proxy-Authorization: Bearer ${KEYS.acme}\r\n`, '/v1/job-types'],
    ['in a header that would replace another', `X-Original-URL: /v1/job-types\r\nX-Forwarded-User: operator\r\n`, '/v1/job-types'],
  ])('%s opens nothing', async (_where, headers, path) => {
    const { status } = await fortress.raw.answer(`GET ${path} HTTP/1.1\r\nHost: a\r\n${headers}Connection: close\r\n\r\n`);
    expect(status).toBe(401);
  });

  it('that is sent twice opens nothing with the second', async () => {
    expect(await withKey(`Authorization: Bearer ${'x'.repeat(43)}\r\nAuthorization: Bearer ${KEYS.acme}\r\n`)).toBe(401);
  });

  it('in a trailer opens nothing', async () => {
    const head = `POST /v1/jobs HTTP/1.1\r\nHost: a\r\n${JSON_TYPE}Transfer-Encoding: chunked\r\nTrailer: Authorization\r\nConnection: close\r\n\r\n`;
    const bytes = `${head}${SUBMISSION.length.toString(16)}\r\n${SUBMISSION}\r\n0\r\nAuthorization: Bearer ${KEYS.acme}\r\n\r\n`;
    expect((await fortress.raw.answer(bytes)).status).toBe(401);
  });

  it('is good for its own request only, of several on one connection', async () => {
    const get = (headers: string) => `GET /v1/job-types HTTP/1.1\r\nHost: a\r\n${headers}\r\n`;
    const bytes =
      get(`Authorization: Bearer ${KEYS.acme}\r\n`) + get('') + get(`Authorization: Bearer ${KEYS.acme}\r\nConnection: close\r\n`);
    expect((await fortress.raw.answers(bytes)).map(({ status }) => status)).toEqual([200, 401, 200]);
  });
});
