// Bodies, headers and times that are well-formed HTTP and mean harm.
import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Fortress } from './fortress.js';
import { job, URL_OF_NOBODY, written } from './payloads.js';

let fortress: Fortress;

beforeAll(async () => {
  fortress = await Fortress.start();
}, 40_000);
afterAll(() => fortress?.stop());
afterEach(async () => {
  expect(await fortress.health()).toEqual({ alive: 200, ready: 200, unexpected: [] });
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

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
    expect(await fortress.send('/v1/jobs', body)).toMatchObject({ status, code });
  });

  it.each([
    ['UTF-16', Buffer.from(written(''), 'utf16le'), 400],
    ['Latin-1', Buffer.from(written(',"text":"\xe9"'), 'latin1'), 400],
    ['overlong UTF-8', Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]), 400],
    ['surrogates as bytes', Buffer.concat([Buffer.from('"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"')]), 400],
  ])('in %s is refused', async (_encoding, body, status) => expect(await fortress.send('/v1/jobs', body)).toMatchObject({ status }));

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
    const sent = await fortress.send('/v1/jobs', JSON.stringify(job(payload)));
    expect(sent.status).toBe(201);
    const read = await fortress.as('acme').call('GET', `/v1/jobs/${sent.body.id}`);
    expect(read.body).toMatchObject({ payload: JSON.parse(JSON.stringify(payload)) });
  });

  it('with a member twice counts the last, for every reader', async () => {
    const sent = await fortress.send('/v1/jobs', written(',"method":"GET","method":"PUT"'));
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
    expect(await fortress.send(path, body)).toMatchObject({ status: 400, code: 'malformed-json' });
  });

  it.each(['constructor', 'prototype', 'toString', 'hasOwnProperty', '__defineGetter__'])(
    'is like %s, no name of a job type',
    async (name) => {
      expect(await fortress.send('/v1/jobs', JSON.stringify({ ...job(), name }))).toMatchObject({ status: 404, code: 'unknown-job' });
    },
  );

  it.each(['constructor', 'toString', 'prototype'])('is like %s, no member of a submission', async (member) => {
    expect(await fortress.send('/v1/jobs', JSON.stringify({ ...job(), [member]: { polluted: true } }))).toMatchObject({ status: 422 });
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
    expect(await fortress.send('/v1/jobs', body, headers as Record<string, string>)).toMatchObject({
      status: 415,
      code: 'unsupported-media-type',
    });
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
  const submit = (options: object) => fortress.send('/v1/jobs', JSON.stringify({ ...job(), ...options }));

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
      expect(await fortress.send('/v1/jobs', JSON.stringify(body))).toMatchObject({
        status: expect.any(Number),
        code: expect.stringMatching(/invalid-request|payload-too-large/),
      });
  });
});
