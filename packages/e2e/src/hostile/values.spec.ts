// Requests that are well-formed and mean harm: what stands in their bodies, headers, ids and queries.
import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Fortress, KEYS } from './fortress.js';

let fortress: Fortress;

beforeAll(async () => {
  fortress = await Fortress.start();
}, 40_000);
afterAll(() => fortress?.stop());
afterEach(async () => {
  expect(await fortress.health()).toEqual({ alive: 200, ready: 200, unexpected: [] });
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

interface Sent {
  readonly status: number;
  readonly code: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: whatever was answered
  readonly body: any;
}

async function send(path: string, body: string | Uint8Array, headers: Record<string, string> = {}): Promise<Sent> {
  const response = await fetch(fortress.stack.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEYS.acme}`, 'content-type': 'application/json', ...headers },
    body,
  });
  const answer = (await response.json()) as Pick<Sent, 'code'>;
  return { status: response.status, code: answer.code, body: answer };
}

const URL_OF_NOBODY = 'http://service.test/';
const job = (payload: object = {}) => ({ name: 'http.request', payload: { url: URL_OF_NOBODY, ...payload } });
/** A submission whose JSON is written by hand, since `JSON.stringify` writes no such thing. */
const written = (member: string) => `{"name":"http.request","payload":{"url":"${URL_OF_NOBODY}"${member}}}`;

describe('a body', () => {
  const nested = (open: string, close: string, depth: number) => open.repeat(depth) + close.repeat(depth);

  it.each([
    ['100,000 arrays deep', nested('[', ']', 100_000), 400, 'json-too-deep'],
    ['40,000 objects deep', `${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`, 400, 'json-too-deep'],
    ['deep in its payload', written(`,"json":${nested('[', ']', 70)}`), 400, 'json-too-deep'],
    ['of 20,000 members', `{${Array.from({ length: 20_000 }, (_, index) => `"m${index}":1`).join()}}`, 422, 'invalid-request'],
    ['of a megabyte', written(`,"text":"${'x'.repeat(1_000_000)}"`), 413, 'payload-too-large'],
    ['that begins with a byte order mark', `\ufeff${written('')}`, 400, 'malformed-json'],
    ['with a comma too many', written(',').replace(',}', ',}'), 400, 'malformed-json'],
    ['with a comment', `/* x */${written('')}`, 400, 'malformed-json'],
    ['with NaN', written(',"timeout":NaN'), 400, 'malformed-json'],
    ['with a number in hex', written(',"timeout":0x10'), 400, 'malformed-json'],
    ['with a control character in a text', written(`,"text":"\u0001"`), 400, 'malformed-json'],
    ['of two values', `${written('')}${written('')}`, 400, 'malformed-json'],
    ['with a number past all numbers', written(',"timeout":1e999'), 422, 'invalid-request'],
    ['with a number past all numbers in free JSON', written(',"json":{"n":-1e999}'), 422, 'invalid-request'],
    ['with a text for a number', written(',"timeout":"1000"'), 422, 'invalid-request'],
    ['with a fraction for a whole number', written(',"timeout":1.5'), 422, 'invalid-request'],
    ['with null for an object', '{"name":"http.request","payload":null}', 422, 'invalid-request'],
    ['with a list for a name', '{"name":["http.request"],"payload":{}}', 422, 'invalid-request'],
  ])('%s is refused', async (_what, body, status, code) => {
    expect(await send('/v1/jobs', body)).toMatchObject({ status, code });
  });

  it.each([
    ['UTF-16', Buffer.from(written(''), 'utf16le'), 400],
    ['Latin-1', Buffer.from(written(',"text":"\xe9"'), 'latin1'), 400],
    ['overlong UTF-8', Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]), 400],
    ['surrogates as bytes', Buffer.concat([Buffer.from('"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"')]), 400],
  ])('in %s is refused', async (_encoding, body, status) => expect(await send('/v1/jobs', body)).toMatchObject({ status }));

  it.each([
    ['half a surrogate pair', { json: { text: '\ud800' } }],
    ['zero bytes', { json: { 'a\0b': '\0' } }],
    ['every line separator', { json: ['\u2028\u2029\u0085\r\n'] }],
    ['text that runs backwards', { json: { '\u202efdp.exe': '\u202e' } }],
    ['a number that is rounded', { json: JSON.parse('9007199254740993') }],
    ['names of methods', { json: { toString: 1, hasOwnProperty: 2, valueOf: 3, toJSON: 'x', length: -1 } }],
    ['what would be a prototype', { json: { constructor: { prototype: { polluted: true } } } }],
    ['a script', { json: '<script>alert(1)</script>{{7*7}}#{7*7}' }],
    ['a Lua escape', { json: "']] .. redis.call('FLUSHALL') .. [['" }],
  ])('with %s is stored as it is', async (_what, payload) => {
    const sent = await send('/v1/jobs', JSON.stringify(job(payload)));
    expect(sent.status).toBe(201);
    const read = await fortress.as('acme').call('GET', `/v1/jobs/${sent.body.id}`);
    expect(read.body).toMatchObject({ payload: JSON.parse(JSON.stringify(payload)) });
  });

  it('with a member twice counts the last, for every reader', async () => {
    const sent = await send('/v1/jobs', written(',"method":"GET","method":"PUT"'));
    expect(sent).toMatchObject({ status: 201, body: { payload: { method: 'PUT' } } });
  });
});

describe('__proto__', () => {
  const inBatch = (item: string) => `{"jobs":[${item}]}`;
  const proto = '"__proto__":{"polluted":true}';

  it.each([
    ['a submission', '/v1/jobs', `{${proto},"name":"http.request","payload":{"url":"${URL_OF_NOBODY}"}}`],
    ['a payload', '/v1/jobs', written(`,${proto}`)],
    ['free JSON', '/v1/jobs', written(`,"json":{"a":[{${proto}}]}`)],
    ['headers', '/v1/jobs', written(`,"headers":{"__proto__":"x"}`)],
    ['a disguise', '/v1/jobs', written(`,"json":{"\\u005f_proto__":{"polluted":true}}`)],
    ['a backoff', '/v1/jobs', `{"name":"http.request","payload":{"url":"${URL_OF_NOBODY}"},"backoff":{${proto}}}`],
    ['a batch', '/v1/jobs:batch', `{${proto},"jobs":[]}`],
    ['a job of a batch', '/v1/jobs:batch', inBatch(written(`,${proto}`))],
    ['a flow', '/v1/flows', `{"name":"http.request","payload":{"url":"${URL_OF_NOBODY}"},"children":[{${proto}}]}`],
    ['a redrive', '/v1/dead-letters:redrive', `{"filter":{${proto}}}`],
  ])('in %s is refused', async (_where, path, body) => {
    expect(await send(path, body)).toMatchObject({ status: 400, code: 'malformed-json' });
  });

  it.each(['constructor', 'prototype', 'toString', 'hasOwnProperty', '__defineGetter__'])(
    'is like %s, no name of a job type',
    async (name) => {
      expect(await send('/v1/jobs', JSON.stringify({ ...job(), name }))).toMatchObject({ status: 404, code: 'unknown-job' });
    },
  );

  it.each(['constructor', 'toString', 'prototype'])('is like %s, no member of a submission', async (member) => {
    expect(await send('/v1/jobs', JSON.stringify({ ...job(), [member]: { polluted: true } }))).toMatchObject({ status: 422 });
  });
});

describe('a body whose type', () => {
  it.each([
    ['is text', { 'content-type': 'text/plain' }],
    ['is a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['is several parts', { 'content-type': 'multipart/form-data; boundary=x' }],
    ['is another JSON', { 'content-type': 'application/json-patch+json' }],
    ['is a list', { 'content-type': 'application/json, text/plain' }],
    ['is a wildcard', { 'content-type': '*/*' }],
    ['is compressed', { 'content-encoding': 'gzip' }],
    ['is compressed twice', { 'content-encoding': 'gzip, gzip' }],
    ['is of an unknown coding', { 'content-encoding': 'x-bomb' }],
  ])('%s is refused', async (_what, headers) => {
    const body = 'content-encoding' in headers ? gzipSync(Buffer.alloc(1_000_000)) : written('');
    expect(await send('/v1/jobs', body, headers as Record<string, string>)).toMatchObject({ status: 415, code: 'unsupported-media-type' });
  });
});

describe('an Idempotency-Key', () => {
  const keyed = (line: string) =>
    fortress.raw.answer(
      fortress.request(
        'POST',
        '/v1/jobs',
        `${line}Content-Type: application/json\r\nContent-Length: ${written('').length}\r\n`,
        written(''),
      ),
    );

  it.each([
    ['of 256 characters', `Idempotency-Key: ${'k'.repeat(256)}\r\n`],
    ['with a blank', 'Idempotency-Key: a b\r\n'],
    ['beyond ASCII', 'Idempotency-Key: \xe9\r\n'],
    ['in UTF-8', 'Idempotency-Key: \xf0\x9f\x98\x80\r\n'],
    ['with a tab', 'Idempotency-Key: a\tb\r\n'],
    ['that is empty', 'Idempotency-Key: \r\n'],
    ['that is sent twice', 'Idempotency-Key: a\r\nIdempotency-Key: b\r\n'],
  ])('%s is refused', async (_what, line) => {
    const answer = await keyed(line);
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([400, 'invalid-idempotency-key']);
  });

  it.each([`${'k'.repeat(255)}`, '{}:*[a-z]?', "';]]--", 'a\\r\\nX:y', '%0d%0a', '../../x'])('%s is taken, and is its own', async (key) => {
    const line = `Idempotency-Key: ${key}\r\n`;
    const [first, again] = [await keyed(line), await keyed(line)];
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(JSON.parse(again.body).id).toBe(JSON.parse(first.body).id);
  });

  it("of another tenant is not one's own", async () => {
    const key = { 'idempotency-key': randomUUID() };
    const [acme, globex] = await Promise.all([
      fortress.as('acme').call('POST', '/v1/jobs', job({ text: 'of acme' }), key),
      fortress.as('globex').call('POST', '/v1/jobs', job({ text: 'of globex' }), key),
    ]);
    expect([acme.status, globex.status]).toEqual([201, 201]);
    expect(globex.body.id).not.toBe(acme.body.id);
  });
});

describe('a time', () => {
  const submit = (options: object) => send('/v1/jobs', JSON.stringify({ ...job(), ...options }));

  it.each([
    { runAt: 'now' },
    { runAt: '2030-02-30T00:00:00Z' },
    { runAt: '2030-01-01T25:00:00Z' },
    { runAt: '2030-01-01' },
    { runAt: '2030-01-01T00:00:00' },
    { runAt: '-002030-01-01T00:00:00Z' },
    { runAt: '+275760-09-13T00:00:00.001Z' },
    { runAt: 1_900_000_000_000 },
    { delay: -1 },
    { delay: 1e15 },
    { delay: '5' },
    { timeout: 0 },
    { timeout: 2 ** 53 },
    { startBy: '2029-01-01T00:00:00Z', runAt: '2030-01-01T00:00:00Z' },
    { priority: 0 },
    { priority: 11 },
    { attempts: 1e9 },
    { backoff: { type: 'exponential', delay: 1e12 } },
  ])('like %j is refused', async (options) => expect(await submit(options)).toMatchObject({ status: 422, code: 'invalid-request' }));

  it.each([
    [{ runAt: '9999-12-31T23:59:59Z' }, 'scheduled'],
    [{ runAt: '1970-01-01T00:00:00Z' }, 'waiting'],
    [{ startBy: '1970-01-01T00:00:00Z' }, 'waiting'],
  ])('like %j is taken as it says', async (options, state) => {
    expect(await submit(options)).toMatchObject({ status: 201, body: { state } });
  });
});

const HOSTILE_IDS = [
  '.',
  '..',
  '%2e%2e%2f',
  '*',
  '?',
  '[a-z]*',
  'io_*',
  'io_wait',
  'meta',
  '__proto__',
  'constructor',
  'null',
  'undefined',
  '0',
  '-1',
  '1e999',
  '%00',
  'io_1%00',
  '%0d%0aX-Evil:1',
  '%f0%9f%98%80',
  '%ED%A0%80',
  "'%20OR%201=1--",
  '{{7*7}}',
  '$%7Bjndi:ldap://x%7D',
  '%3Cscript%3E',
  `io_${'0'.repeat(25)}`,
  `io_${'0'.repeat(27)}`,
  `io_${'u'.repeat(26)}`,
  `IO_${'0'.repeat(26)}`,
  `io_${'0'.repeat(26)}%0a`,
  `io_${'0'.repeat(26)}:lock`,
  'a'.repeat(4_000),
];

describe('an id', () => {
  it('that is none is refused by every route that takes one', async () => {
    const routes = fortress.operations.filter(({ path, method }) => /\{(id|name)\}/.test(path) && method !== 'PUT');
    expect(routes.length).toBeGreaterThanOrEqual(7);
    for (const { method, path, takesBody } of routes) {
      for (const id of HOSTILE_IDS) {
        const url = `${fortress.stack.url}${path.replace(/\{\w+\}/, id)}`;
        const headers = { authorization: `Bearer ${KEYS.operator}`, ...(takesBody && { 'content-type': 'application/json' }) };
        const response = await fetch(url, { method, headers, body: takesBody ? '{}' : undefined });
        const problem = (await response.json()) as { status?: number };
        const isRefusal = [400, 404, 405, 422].includes(response.status) && problem.status === response.status;
        expect({ method, url, status: response.status, isRefusal }).toEqual({ method, url, status: response.status, isRefusal: true });
        expect(response.headers.has('x-evil')).toBe(false);
      }
    }
  }, 60_000);
});

describe('what belongs to another tenant', () => {
  /** Something of acme's for each kind of id that there is. */
  async function belongings(): Promise<Record<string, string>> {
    const acme = fortress.as('acme');
    const own = await acme.submit('http.request', { url: URL_OF_NOBODY }, { tags: ['private'] });
    const schedule = `s-${randomUUID()}`.slice(0, 40);
    expect((await acme.call('PUT', `/v1/schedules/${schedule}`, { every: 3_600_000, job: job() })).status).toBe(201);
    return { '/v1/jobs/': own, '/v1/schedules/': schedule, ...(await startedThings()) };
  }

  /** Of what can be started, as far as this API has it. */
  async function startedThings(): Promise<Record<string, string>> {
    const acme = fortress.as('acme');
    const things: Record<string, string> = {};
    const start = async (home: string, path: string, body: object) => {
      if (!fortress.operations.some((operation) => operation.path === path)) return;
      const { status, body: made } = await acme.call('POST', path, body);
      expect([201, 202]).toContain(status);
      things[home] = made.id;
    };
    await start('/v1/flows/', '/v1/flows', { ...job(), children: [job()] });
    await start('/v1/operations/', '/v1/dead-letters:redrive', { filter: {} });
    return things;
  }

  it('is not there, on every route that takes its id', async () => {
    const things = await belongings();
    const tried = new Set<string>();
    for (const [home, id] of Object.entries(things)) {
      // A schedule's id is a tenant's own: to put one of that name is to have another one.
      const routes = fortress.operations.filter(({ path, method }) => path.startsWith(`${home}{id}`) && method !== 'PUT');
      for (const { method, path, takesBody } of routes) {
        const { status, body } = await fortress
          .as('globex')
          .call<{ code: string }>(method, path.replace('{id}', id), takesBody ? {} : undefined);
        expect({ method, path, status, code: body.code }).toEqual({
          method,
          path,
          status: 404,
          code: expect.stringContaining('not-found'),
        });
        tried.add(home);
      }
    }
    expect([...tried].sort()).toEqual(Object.keys(things).sort());
  });

  it('is in no list, and cannot be asked for by name', async () => {
    await belongings();
    const lists = fortress.operations.filter(({ method, queryParameters }) => method === 'GET' && queryParameters.includes('cursor'));
    for (const { path, queryParameters } of lists.filter(({ path }) => !path.includes('{'))) {
      const own = await fortress.as('globex').call<{ items?: { tenant?: string }[]; code?: string }>('GET', path);
      if (own.status === 403) continue; // for operators only
      expect({ path, status: own.status }).toEqual({ path, status: 200 });
      expect(JSON.stringify(own.body.items)).not.toContain('"tenant":"acme"');
      if (!queryParameters.includes('tenant')) continue;
      const others = await fortress.as('globex').call<{ code?: string }>('GET', `${path}?tenant=acme`);
      expect({ path, status: others.status }).toEqual({ path, status: 403 });
    }
  });
});

describe('a list', () => {
  const lists = () =>
    fortress.operations.filter(
      ({ method, path, queryParameters }) => method === 'GET' && queryParameters.includes('cursor') && !path.includes('{'),
    );
  const ask = (path: string) =>
    fortress.as('operator').call<{ code: string; nextCursor?: string | null; errors?: { parameter?: string }[] }>('GET', path);

  it.each(['x', '0', '%00', 'e30', 'eyJpZCI6IioifQ', 'null', '../..', 'A'.repeat(3_000), '%F0%9F%98%80', "'"])(
    'takes %s for no cursor',
    async (cursor) => {
      for (const { path } of lists()) {
        const { status, body } = await ask(`${path}?cursor=${cursor}`);
        expect({ path, status, errors: body.errors }).toEqual({
          path,
          status: 422,
          errors: [expect.objectContaining({ parameter: 'cursor' })],
        });
      }
    },
  );

  it('takes no cursor that was changed, of another list, or of another tenant', async () => {
    for (const name of ['a', 'b', 'c']) {
      for (const owner of ['acme', 'operator'] as const) {
        await fortress.as(owner).submit('http.request', { url: URL_OF_NOBODY });
        expect((await fortress.as(owner).call('PUT', `/v1/schedules/${name}`, { every: 3_600_000, job: job() })).status).toBeLessThan(300);
      }
    }
    const found = new Map<string, string>();
    for (const { path } of lists()) {
      const { body } = await ask(`${path}?limit=1`);
      if (body.nextCursor) found.set(path, body.nextCursor);
    }
    expect(found.size).toBeGreaterThanOrEqual(1);
    for (const [path, cursor] of found) {
      const changed = [...cursor].map((char, index) => cursor.slice(0, index) + (char === 'A' ? 'B' : 'A') + cursor.slice(index + 1));
      const foreign = [...found].filter(([other]) => other !== path).map(([, other]) => other);
      for (const wrong of [...changed, ...foreign, cursor.slice(0, -1), `${cursor}A`, cursor + cursor]) {
        expect({ path, wrong, status: (await ask(`${path}?limit=1&cursor=${wrong}`)).status }).toEqual({ path, wrong, status: 422 });
      }
      const { status } = await fortress.as('acme').call('GET', `${path}?limit=1&cursor=${cursor}`);
      expect({ path, status, refused: [403, 422].includes(status) }).toEqual({ path, status, refused: true });
    }
  }, 60_000);

  it.each([
    'limit=0',
    'limit=-1',
    'limit=101',
    'limit=1e2',
    'limit=0x10',
    'limit=%20 5',
    'limit=',
    'limit=5&limit=6',
    'limit[]=5',
    'limit[$gt]=',
    'unknown=1',
    '__proto__[polluted]=1',
    'constructor.prototype.polluted=1',
    'tenant=*',
    'tenant=%00',
    'tenant=acme&tenant=globex',
  ])('refuses %s', async (query) => {
    for (const { path, queryParameters } of lists()) {
      if (query.startsWith('tenant') && !queryParameters.includes('tenant')) continue;
      const { status, body } = await ask(`${path}?${query}`);
      expect({ path, status, code: body.code }).toEqual({ path, status: 422, code: 'invalid-request' });
    }
  });
});

describe('a pattern of the description', () => {
  const patterns = (value: unknown): string[] => {
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([name, child]) => [
      ...(name === 'pattern' && typeof child === 'string' ? [child] : []),
      ...patterns(child),
    ]);
  };

  it('is read in a time that its text does not decide', () => {
    const units = ['a', '0', '-', '.', '_', ' ', '\t', ':', '/', '@', 'a.', 'a-', '0.', 'a@', '::', 'aA0', '\\', '!', 'é'];
    const all = [...new Set(patterns(fortress.description))];
    expect(all.length).toBeGreaterThan(5);
    for (const pattern of all) {
      const compiled = new RegExp(pattern, 'u');
      const startedAt = performance.now();
      for (const unit of units) for (const end of ['', '!', '\n', '\0']) compiled.test(unit.repeat(20_000) + end);
      expect({ pattern, tooLong: performance.now() - startedAt > 10_000 }).toEqual({ pattern, tooLong: false });
    }
  }, 120_000);

  it.each(['a@', 'a.', '@a.', 'a-'])('is matched by the gateway without a pause, for %s again and again', async (unit) => {
    const text = unit.repeat(50_000);
    const mail = { name: 'email.send', payload: { to: [text], from: `${text}!`, subject: text, text: 'x' }, tags: [text] };
    const call = { name: 'http.request', payload: { url: `http://${text}`, headers: { [text]: text } } };
    for (const body of [mail, call])
      expect(await send('/v1/jobs', JSON.stringify(body))).toMatchObject({
        status: expect.any(Number),
        code: expect.stringMatching(/invalid-request|payload-too-large/),
      });
  });
});
