// Who may do what, asked of every route that the API describes: a route that is added is asked as well.
import { randomUUID } from 'node:crypto';
import { SCOPES, type Scope } from '@dts/runtime';
import { waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Gateway, secretOf, startGateway } from '../fixtures/gateway.js';

interface Route {
  readonly method: string;
  /** As described: `/v1/jobs/{id}`. */
  readonly path: string;
  readonly scope: Scope;
}

const TENANT_SCOPES = SCOPES.filter((scope) => !scope.startsWith('ops:'));
const keyIds = { owner: TENANT_SCOPES, stranger: TENANT_SCOPES };
const secret = (id: string) => secretOf(id as 'caller');
const keys = [
  ...Object.entries(keyIds).map(([id, scopes]) => ({ id, key: secret(id), scopes, tenant: id })),
  // One for each scope, with every other.
  ...SCOPES.map((scope) => ({
    id: `no-${scope.replace(':', '-')}`,
    key: secret(scope),
    scopes: SCOPES.filter((other) => other !== scope),
    tenant: 'owner',
  })),
];

let gateway: Gateway;
let routes: Route[];

beforeAll(async () => {
  gateway = await startGateway({ API_KEYS: JSON.stringify(keys), UNAUTHENTICATED_LIMIT: 'off' });
  await waitFor(async () => (await gateway.call('GET', '/readyz')).status === 200);
  const { paths } = (await gateway.call('GET', '/openapi.json')).body;
  routes = Object.entries<Record<string, { security: [{ bearer: [Scope] }] }>>(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { security }]) => ({ method: method.toUpperCase(), path, scope: security[0].bearer[0] })),
  );
});
afterAll(() => gateway[Symbol.asyncDispose]());

const call = ({ method, path }: Pick<Route, 'method' | 'path'>, id: string, as?: string, body?: unknown) =>
  gateway.call(method, path.replace(/\{\w+\}/, id), { body, headers: as === undefined ? {} : { authorization: `Bearer ${secret(as)}` } });

/** A key that opens the route, with every scope but one that it does not need. */
const opens = ({ scope }: Pick<Route, 'scope'>) => (scope === 'workers:lease' ? 'ops:write' : 'workers:lease');

describe('every route', () => {
  it('is one of many, with a scope that there is', () => {
    expect(routes.length).toBeGreaterThan(15);
    for (const route of routes) expect(SCOPES).toContain(route.scope);
  });

  it('answers 401 without a key, and with one that is not known', async () => {
    for (const route of routes) {
      for (const as of [undefined, 'unknown']) {
        const { status, body } = await call(route, 'io', as);
        expect({ ...route, as, status, code: body?.code }).toEqual({ ...route, as, status: 401, code: 'unauthenticated' });
      }
    }
  });

  it('answers 403 to a key with every scope but the one it needs, and names that', async () => {
    for (const route of routes) {
      const { status, body } = await call(route, 'io', route.scope);
      expect({ ...route, status, detail: body?.detail }).toEqual({
        ...route,
        status: 403,
        detail: expect.stringContaining(`lacks the scope ${route.scope}`),
      });
    }
  });
});

describe('a query parameter that a route does not take', () => {
  it('is refused and named, whatever else is wrong, and after the key is looked at', async () => {
    for (const { path, ...route } of routes) {
      const { status, body } = await call({ ...route, path: `${path}?tennant=acme` }, 'io', opens(route));
      expect({ path, ...route, status, errors: body?.errors }).toEqual({
        path,
        ...route,
        status: 422,
        errors: [{ parameter: 'tennant', detail: 'is not a parameter of this request' }],
      });
    }
    expect((await call({ method: 'GET', path: '/v1/jobs?tennant=acme' }, '')).status).toBe(401);
  });
});

describe('a body where none is taken', () => {
  it('is refused, unless it says nothing', async () => {
    const { paths } = (await gateway.call('GET', '/openapi.json')).body;
    const takesBody = ({ method, path }: Route) => 'requestBody' in paths[path][method.toLowerCase()];
    const bodiless = routes.filter((route) => route.method !== 'GET' && !takesBody(route));
    expect(bodiless.length).toBeGreaterThan(5);
    for (const route of bodiless) {
      const { status, body } = await call(route, 'io', opens(route), { attempts: 3 });
      expect({ ...route, status, detail: body?.detail }).toEqual({ ...route, status: 422, detail: 'This request takes no body.' });
      expect((await call(route, 'io', opens(route), {})).status).not.toBe(422);
    }
  });
});

const job = { name: 'http.request', payload: { url: 'http://service.test/hook' } };

/** Makes something of the owner's that a path's `{id}` can stand for. @returns its id */
const CREATE: Record<string, () => Promise<string>> = {
  jobs: async () => (await call({ method: 'POST', path: '/v1/jobs' }, '', 'owner', job)).body.id,
  flows: async () => (await call({ method: 'POST', path: '/v1/flows' }, '', 'owner', { ...job, children: [job] })).body.id,
  // Its first job is allowed after 100 seconds, so it changes nothing meanwhile.
  operations: async () => {
    const body = { filter: {}, ratePerSecond: 0.01 };
    return (await call({ method: 'POST', path: '/v1/dead-letters:redrive' }, '', 'owner', body)).body.id;
  },
  schedules: async () => {
    const id = randomUUID();
    await call({ method: 'PUT', path: '/v1/schedules/{id}' }, id, 'owner', { every: 3_600_000, job });
    return id;
  },
};

/** Names and not ids of a tenant's things: these routes are for operators only, or for workers, whose leases are nobody else's to guess. */
const SHARED = /^\/v1\/(queues|tenants|leases)\//;

describe('what belongs to a tenant', () => {
  const owned = () => routes.filter(({ path }) => path.includes('{') && !SHARED.test(path));
  const kindOf = (path: string) => path.split('/')[2] as string;

  it('can be made here for every path with an id', () => {
    const kinds = new Set(owned().map(({ path }) => kindOf(path)));
    for (const kind of kinds) expect({ kind, made: kind in CREATE }).toEqual({ kind, made: true });
  });

  it('is not there for another tenant, whatever it wants to do with it, and stays as it is', async () => {
    for (const route of owned()) {
      const kind = kindOf(route.path);
      const id = await CREATE[kind]?.();
      const read = async () => (await call({ method: 'GET', path: `/v1/${kind}/{id}` }, String(id), 'owner')).body;
      const before = await read();
      // Whoever puts a name of its own makes a thing of its own.
      const isOwnName = route.method === 'PUT' && route.path === '/v1/schedules/{id}';
      const answer = await call(route, String(id), 'stranger', isOwnName ? { every: 7_200_000, job } : undefined);
      expect({ ...route, status: answer.status }).toEqual({ ...route, status: isOwnName ? 201 : 404 });
      expect(await read()).toEqual(before);
    }
  });
});
