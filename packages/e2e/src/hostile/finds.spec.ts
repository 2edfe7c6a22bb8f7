// Ids, cursors and queries: what they find, and of whose.
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Fortress, KEYS } from './fortress.js';
import { job, URL_OF_NOBODY } from './payloads.js';

let fortress: Fortress;

beforeAll(async () => {
  fortress = await Fortress.start();
}, 40_000);
afterAll(() => fortress?.stop());
afterEach(async () => {
  expect(await fortress.health()).toEqual({ alive: 200, ready: 200, unexpected: [] });
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
