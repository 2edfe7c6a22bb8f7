import { randomUUID } from 'node:crypto';
import { waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Gateway, type KeyId, startGateway } from '../fixtures/gateway.js';

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
  await waitFor(async () => (await gateway.call('GET', '/readyz')).status === 200);
});
afterAll(() => gateway[Symbol.asyncDispose]());

const newTenant = () => randomUUID();
const pathOf = (tenant: string) => `/v1/tenants/${tenant}/limits`;
const call = (method: string, path: string, body?: unknown, as: KeyId = 'operator') => gateway.call(method, path, { as, body });
const NONE = { weight: 1, concurrency: null, rate: null };

describe('the limits of a tenant', () => {
  it('are none until they are set, are as they were set last, and none once they are removed', async () => {
    const tenant = newTenant();
    expect(await call('GET', pathOf(tenant))).toMatchObject({ status: 200, body: { tenant, ...NONE } });
    const limits = { weight: 3, concurrency: { io: 5 }, rate: { 'rate-limited': { max: 10, per: 60_000 } } };
    expect(await call('PUT', pathOf(tenant), limits)).toMatchObject({ status: 200, body: { tenant, ...limits } });
    expect((await call('GET', pathOf(tenant))).body).toEqual({ tenant, ...limits });
    expect(await call('PUT', pathOf(tenant), { concurrency: { io: null, cpu: 1 }, rate: {} })).toMatchObject({ status: 200 });
    expect((await call('GET', pathOf(tenant))).body).toEqual({ tenant, ...NONE, concurrency: { cpu: 1 } });
    expect((await call('DELETE', pathOf(tenant))).status).toBe(204);
    expect((await call('DELETE', pathOf(tenant))).status).toBe(204);
    expect((await call('GET', pathOf(tenant))).body).toEqual({ tenant, ...NONE });
    const { body } = await call('GET', '/v1/audit');
    const trace = body.items.filter(({ target }: { target: string }) => target === tenant);
    expect(trace.map(({ action }: { action: string }) => action)).toEqual([
      'tenant.unlimit',
      'tenant.unlimit',
      'tenant.limit',
      'tenant.limit',
    ]);
  });

  it.each([
    ['a weight of none', { weight: 0 }, ['/weight']],
    ['a weight of too much', { weight: 101 }, ['/weight']],
    ['an unknown queue', { concurrency: { nowhere: 5 } }, ['/concurrency/nowhere']],
    ['no job at all', { concurrency: { io: 0 } }, ['/concurrency/io']],
    ['half a rate, and more', { rate: { io: { max: 5 } }, more: 1 }, ['/more', '/rate/io/per']],
    ['nothing', 'null', ['']],
  ])('are refused: %s', async (_case, body, pointers) => {
    const tenant = newTenant();
    const answer = await gateway.call('PUT', pathOf(tenant), { as: 'operator', body, headers: { 'content-type': 'application/json' } });
    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid-request' } });
    expect(answer.body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual(pointers);
    expect((await call('GET', pathOf(tenant))).body).toEqual({ tenant, ...NONE });
  });

  it('are refused for what is no tenant', async () => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const answer = await call(method, pathOf('a%3Ab'), method === 'PUT' ? {} : undefined);
      expect(answer).toMatchObject({ status: 422, body: { errors: [{ parameter: 'tenant' }] } });
    }
  });

  it.each([
    ['caller', 403, 403],
    ['viewer', 200, 403],
    ['operator', 200, 200],
  ] as const)('are for operators: %s reads %p and writes %p', async (as, reads, writes) => {
    const path = pathOf(newTenant());
    expect([(await call('GET', path, undefined, as)).status, (await call('PUT', path, {}, as)).status]).toEqual([reads, writes]);
    expect((await call('DELETE', path, undefined, as)).status).toBe(writes === 200 ? 204 : writes);
  });

  it('make a job wait until they let it go', async () => {
    const limits = { rate: { io: { max: 1, per: 3_600_000 } } };
    await call('PUT', pathOf('acme'), limits);
    const job = { name: 'http.request', payload: { url: 'http://service.test/' } };
    const ids: string[] = [];
    const isParked = async (id: string) => (await gateway.call('GET', `/v1/jobs/${id}`, { as: 'caller' })).body.state;
    for (let n = 0; n < 2; n++) ids.push((await gateway.call('POST', '/v1/jobs', { as: 'caller', body: job })).body.id);
    expect(await Promise.all(ids.map(isParked))).toEqual(['waiting', 'waiting']);
    expect((await call('DELETE', pathOf('acme'))).status).toBe(204);
  });
});
