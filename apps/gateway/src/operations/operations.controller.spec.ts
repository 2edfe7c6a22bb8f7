import { waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bury } from '../fixtures/burial.js';
import { type Gateway, type KeyId, startGateway } from '../fixtures/gateway.js';

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
  await waitFor(async () => (await gateway.call('GET', '/readyz')).status === 200);
  await bury(gateway, 1);
});
afterAll(() => gateway[Symbol.asyncDispose]());

/** One that takes its time: the first job is allowed after 100 seconds. */
const start = async (as: KeyId = 'caller') =>
  (await gateway.call('POST', '/v1/dead-letters:redrive', { as, body: { filter: { tag: 'none' }, ratePerSecond: 0.01 } })).body
    .id as string;
const cancel = (id: string, as: KeyId = 'caller') => gateway.call('POST', `/v1/operations/${id}:cancel`, { as });
const get = (id: string, as: KeyId = 'caller') => gateway.call('GET', `/v1/operations/${id}`, { as });
const NONE = 'op_00000000000000000000000000';

describe('GET /v1/operations/{id}', () => {
  it('tells how far it has come, to its tenant and to operators', async () => {
    const id = await start();
    for (const as of ['caller', 'reader', 'viewer', 'operator'] as const) {
      expect(await get(id, as)).toMatchObject({ status: 200, body: { id, state: 'running', toExamine: 1, done: 0, finishedAt: null } });
    }
    expect(await get(id, 'stranger')).toMatchObject({ status: 404, body: { code: 'operation-not-found' } });
    expect(await gateway.call('GET', `/v1/operations/${id}`)).toMatchObject({ status: 401 });
  });

  it.each([NONE, 'due', 'x'.repeat(90)])('answers 404 to %p', async (id) => {
    expect(await get(id)).toMatchObject({ status: 404, body: { code: 'operation-not-found' } });
  });
});

describe('GET /v1/operations', () => {
  it("tells one's own, the newest first, page by page; to operators all", async () => {
    const theirs = await start('stranger');
    const mine = [await start(), await start()];
    const list = (query: string, as: KeyId = 'caller') => gateway.call('GET', `/v1/operations${query}`, { as });
    const first = await list('?limit=1');
    const second = await list(`?limit=1&cursor=${first.body.nextCursor}`);
    expect([first.body.items[0].id, second.body.items[0].id].toSorted()).toEqual(mine.toSorted());
    expect((await list('', 'stranger')).body).toMatchObject({ items: [{ id: theirs }], nextCursor: null });
    expect((await list('', 'viewer')).body.items.length).toBeGreaterThanOrEqual(3);
    expect((await list('?tenant=globex', 'viewer')).body.items).toHaveLength(1);
    expect(await list('?tenant=globex')).toMatchObject({ status: 403 });
    expect(await list('?kind=purge')).toMatchObject({ status: 422, body: { errors: [{ parameter: 'kind' }] } });
  });
});

describe('POST /v1/operations/{id}:cancel', () => {
  it('ends it, and repeating is fine', async () => {
    const id = await start();
    for (let time = 0; time < 2; time++) {
      expect(await cancel(id)).toMatchObject({ status: 200, body: { id, state: 'cancelled', finishedAt: expect.any(String) } });
    }
    const { text } = await gateway.call('GET', '/metrics');
    expect(text).toMatch(/dts_operations_total\{kind="redrive",outcome="cancelled"\} 1\n/);
  });

  it('answers 409 to one that has ended otherwise, and 404 to one that is not there', async () => {
    const { body } = await gateway.call('POST', '/v1/dead-letters:redrive', { as: 'caller', body: { filter: { tag: 'none' } } });
    await waitFor(async () => (await get(body.id)).body.state === 'completed');
    expect(await cancel(body.id)).toMatchObject({ status: 409, body: { code: 'operation-finished' } });
    expect(await cancel(NONE)).toMatchObject({ status: 404, body: { code: 'operation-not-found' } });
  });

  it("needs jobs:cancel, and ops:write for another tenant's", async () => {
    const id = await start();
    expect(await cancel(id, 'reader')).toMatchObject({ status: 403 });
    expect(await cancel(id, 'stranger')).toMatchObject({ status: 404 });
    expect(await cancel(id, 'viewer')).toMatchObject({ status: 403, body: { detail: expect.stringContaining('ops:write') } });
    expect(await cancel(id, 'operator')).toMatchObject({ status: 200, body: { state: 'cancelled' } });
  });
});

describe('too many operations', () => {
  it('are refused, with a word on what to do', async () => {
    const body = { filter: { tag: 'none' }, ratePerSecond: 0.01 };
    const answers = await Promise.all(
      Array.from({ length: 21 }, () => gateway.call('POST', '/v1/dead-letters:redrive', { as: 'operator', body })),
    );
    const refused = answers.filter(({ status }) => status !== 202);
    expect(refused).toMatchObject([{ status: 429, body: { code: 'too-many-operations', detail: expect.stringContaining('cancel one') } }]);
  });
});
