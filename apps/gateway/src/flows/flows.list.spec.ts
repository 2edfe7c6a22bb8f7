import { waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Gateway, type KeyId, startGateway } from '../fixtures/gateway.js';

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
  await waitFor(async () => (await gateway.call('GET', '/readyz')).status === 200);
});
afterAll(() => gateway[Symbol.asyncDispose]());

const job = (path: string, changes: object = {}) => ({ name: 'http.request', payload: { url: `http://service.test/${path}` }, ...changes });
const TREE = job('root', { children: [job('a'), job('b', { children: [job('leaf')] })] });
const submit = (body: unknown, as: KeyId = 'caller') => gateway.call('POST', '/v1/flows', { as, body });

describe('GET /v1/flows', () => {
  it("lists one's own, the newest first, page by page and by state; to operators all", async () => {
    const theirs = (await submit(job('theirs'), 'stranger')).body.id;
    const { id: first, submittedAt } = (await submit(TREE)).body;
    await waitFor(() => Date.now() > Date.parse(submittedAt));
    const second = (await submit(job('alone'))).body.id;
    await gateway.call('DELETE', `/v1/flows/${first}`, { as: 'caller' });
    const list = async (query = '', as: KeyId = 'caller') => (await gateway.call('GET', `/v1/flows${query}`, { as })).body;
    const page = await list('?limit=1');
    const next = await list(`?limit=1&cursor=${page.nextCursor}`);
    expect([page.items[0].id, next.items[0].id]).toEqual([second, first]);
    expect(page.items[0]).toEqual({
      id: second,
      name: 'http.request',
      tenant: 'acme',
      state: 'running',
      jobs: 1,
      submittedAt: expect.stringMatching(/Z$/),
      finishedAt: null,
      error: null,
    });
    expect(next.items[0]).toMatchObject({ state: 'cancelled', jobs: 4 });
    const idsOf = ({ items }: { items: { id: string }[] }) => items.map(({ id }) => id);
    expect(idsOf(await list('?state=cancelled,failed'))).toContain(first);
    expect(idsOf(await list('?state=running'))).not.toContain(first);
    expect(idsOf(await list('', 'stranger'))).toEqual([theirs]);
    expect(idsOf(await list('', 'viewer'))).toEqual(expect.arrayContaining([theirs, first, second]));
    expect(idsOf(await list('?tenant=globex', 'viewer'))).toEqual([theirs]);
  });

  it.each([
    ['?state=dead', 422, 'state'],
    ['?status=running', 422, 'status'],
    ['?limit=0', 422, 'limit'],
    ['?cursor=nope', 422, 'cursor'],
  ])('refuses %s', async (query, status, parameter) => {
    const answer = await gateway.call('GET', `/v1/flows${query}`, { as: 'caller' });
    expect(answer).toMatchObject({ status, body: { code: 'invalid-request', errors: [{ parameter }] } });
  });

  it("refuses another tenant's, and a cursor of another list", async () => {
    await expect(gateway.call('GET', '/v1/flows?tenant=globex', { as: 'caller' })).resolves.toMatchObject({ status: 403 });
    const { body } = await gateway.call('GET', '/v1/flows?limit=1', { as: 'caller' });
    const other = await gateway.call('GET', `/v1/flows?state=running&cursor=${body.nextCursor}`, { as: 'caller' });
    expect(other).toMatchObject({ status: 422, body: { errors: [{ parameter: 'cursor' }] } });
  });
});
