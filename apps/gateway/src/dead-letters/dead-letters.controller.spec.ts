import { randomUUID } from 'node:crypto';
import { waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { bury, workFor } from '../fixtures/burial.js';
import { type Call, type Gateway, type KeyId, startGateway } from '../fixtures/gateway.js';

let gateway: Gateway;

beforeEach(async () => {
  gateway = await startGateway();
  await waitFor(async () => (await gateway.call('GET', '/readyz')).status === 200);
});
afterEach(() => gateway[Symbol.asyncDispose]());

const list = (query = '', as: KeyId = 'caller') => gateway.call('GET', `/v1/dead-letters${query}`, { as });
const post = (verb: 'redrive' | 'purge', body: unknown, call: Call = {}) =>
  gateway.call('POST', `/v1/dead-letters:${verb}`, { as: 'caller', body, ...call });
const idsOf = ({ body }: { body: { items: { id: string }[] } }) => body.items.map(({ id }) => id).toSorted();
const follow = (id: string, as: KeyId = 'caller') =>
  waitFor(
    async () => {
      const { body } = await gateway.call('GET', `/v1/operations/${id}`, { as });
      return body.state !== 'running' && body;
    },
    { timeoutMs: 20_000 },
  );

describe('GET /v1/dead-letters', () => {
  it("tells one's own dead jobs page by page, and by filter", async () => {
    const mine = await bury(gateway, 3, { more: { tags: ['nightly'] } });
    const late = await bury(gateway, 2, { code: 'timeout' });
    const theirs = await bury(gateway, 1, { as: 'stranger' });
    expect(idsOf(await list())).toEqual([...mine, ...late].toSorted());
    expect((await list()).body.items.every(({ state }: { state: string }) => state === 'dead')).toBe(true);
    expect(idsOf(await list('?reason=timeout'))).toEqual(late.toSorted());
    expect(idsOf(await list('?tag=nightly&name=http.request&queue=io'))).toEqual(mine.toSorted());
    expect(idsOf(await list('?queue=cpu'))).toEqual([]);
    expect(idsOf(await list('?since=2999-01-01T00:00:00Z'))).toEqual([]);
    expect(idsOf(await list('?until=2999-01-01T00:00:00%2B02:00'))).toHaveLength(5);
    expect(idsOf(await list('', 'stranger'))).toEqual(theirs);
    expect(idsOf(await list('', 'operator'))).toHaveLength(6);
    expect(idsOf(await list('?tenant=globex', 'viewer'))).toEqual(theirs);
    expect(await list('?tenant=globex')).toMatchObject({ status: 403, body: { code: 'missing-scope' } });
    const first = await list('?limit=2');
    const second = await list(`?limit=3&cursor=${first.body.nextCursor}`);
    expect([...idsOf(first), ...idsOf(second)].toSorted()).toEqual([...mine, ...late].toSorted());
    expect(second.body.nextCursor).toBeNull();
    expect(await list(`?reason=timeout&cursor=${first.body.nextCursor}`)).toMatchObject({
      status: 422,
      body: { errors: [{ parameter: 'cursor' }] },
    });
  });

  it.each([
    ['queue=nope', 'queue'],
    ['since=yesterday', 'since'],
    ['until=5', 'until'],
    ['limit=0', 'limit'],
    ['state=dead', 'state'],
    ['reason=', 'reason'],
  ])('answers 422 to ?%s', async (query, parameter) => {
    expect(await list(`?${query}`)).toMatchObject({ status: 422, body: { code: 'invalid-request', errors: [{ parameter }] } });
  });

  it('needs jobs:read', async () => {
    expect(await gateway.call('GET', '/v1/dead-letters')).toMatchObject({ status: 401 });
    expect(await list('', 'reader')).toMatchObject({ status: 200 });
  });
});

describe('POST /v1/dead-letters:redrive', () => {
  it('answers 202 with an operation, which is carried out; the same key answers the same one', async () => {
    const ids = await bury(gateway, 12);
    const key = { headers: { 'idempotency-key': randomUUID() } };
    const body = { filter: { reason: 'http-status' }, ratePerSecond: 100, limit: 10 };
    const answer = await post('redrive', body, key);
    expect(answer).toMatchObject({
      status: 202,
      body: {
        kind: 'redrive',
        state: 'running',
        filter: { ...body.filter, tenant: 'acme' },
        limit: 10,
        ratePerSecond: 100,
        toExamine: 12,
        createdBy: 'caller',
      },
    });
    expect(answer.headers.get('location')).toBe(`/v1/operations/${answer.body.id}`);
    expect(await follow(answer.body.id)).toMatchObject({ state: 'completed', matched: 10, done: 10, skipped: 0, failed: 0, error: null });
    const again = await post('redrive', body, key);
    expect([again.status, again.headers.get('idempotent-replayed'), again.body.id]).toEqual([202, 'true', answer.body.id]);
    expect(await post('redrive', { filter: {} }, key)).toMatchObject({ status: 409, body: { code: 'idempotency-conflict' } });
    await using _worker = workFor(gateway, async () => 'fine');
    const states = async () =>
      Promise.all(ids.map(async (id) => (await gateway.call('GET', `/v1/jobs/${id}`, { as: 'caller' })).body.state));
    await waitFor(async () => (await states()).filter((state) => state === 'completed').length === 10);
    const { text } = await gateway.call('GET', '/metrics');
    expect(text).toMatch(/dts_dead_letter_changes_total\{queue="io",change="redriven"\} 10\n/);
    expect(text).toMatch(/dts_operations_total\{kind="redrive",outcome="completed"\} 1\n/);
  });

  it('changes nothing with dryRun, and tells how many it would be', async () => {
    const ids = await bury(gateway, 12);
    const { status, body } = await post('redrive', { filter: {}, dryRun: true });
    expect([status, body]).toEqual([200, { dryRun: true, matched: 12, complete: true, sample: expect.any(Array) }]);
    expect(body.sample).toHaveLength(10);
    expect(ids).toEqual(expect.arrayContaining(body.sample.map(({ id }: { id: string }) => id)));
    expect(idsOf(await list())).toEqual(ids.toSorted());
    expect((await gateway.call('GET', '/v1/operations', { as: 'caller' })).body.items).toEqual([]);
  });

  it("is about one's own jobs, and with ops:write about everyone's", async () => {
    const [mine, theirs] = [await bury(gateway, 1), await bury(gateway, 1, { as: 'stranger' })];
    expect(await post('redrive', { filter: { tenant: 'globex' } })).toMatchObject({ status: 403, body: { code: 'missing-scope' } });
    expect(await follow((await post('redrive', { filter: {} })).body.id)).toMatchObject({ done: 1, toExamine: 2 });
    expect([idsOf(await list()), idsOf(await list('', 'stranger'))]).toEqual([[], theirs]);
    await using _worker = workFor(gateway, async () => 'fine');
    const { body } = await post('redrive', { filter: {} }, { as: 'operator' });
    expect(await follow(body.id, 'operator')).toMatchObject({ done: 1, filter: {} });
    expect(mine).toHaveLength(1);
  });

  it.each([
    [{}, ['/filter']],
    [{ filter: { state: 'dead', queue: 'nope', since: 'x', tag: '' } }, ['/filter/queue', '/filter/since', '/filter/state', '/filter/tag']],
    [{ filter: {}, limit: 0, ratePerSecond: 0, dryRun: 'yes' }, ['/dryRun', '/limit', '/ratePerSecond']],
    [[], ['']],
  ])('answers 422 to %j', async (body, pointers) => {
    const answer = await post('redrive', body);
    expect([answer.status, answer.body.errors.map(({ pointer }: { pointer: string }) => pointer).toSorted()]).toEqual([422, pointers]);
  });
});

describe('the audit log', () => {
  it('has every redrive and purge, whoever asked for it, and no dry run', async () => {
    await post('redrive', { filter: {}, dryRun: true });
    await post('redrive', { filter: { reason: 'timeout' }, ratePerSecond: 5 });
    await post('purge', { filter: { tag: 'x' }, limit: 3 }, { as: 'operator' });
    const { body } = await gateway.call('GET', '/v1/audit', { as: 'operator' });
    expect(body.items).toMatchObject([
      { keyId: 'operator', action: 'dead-letters.purge', target: '*', details: { filter: { tag: 'x' }, limit: 3 }, outcome: 'done' },
      { keyId: 'caller', action: 'dead-letters.redrive', target: 'acme', details: { filter: { reason: 'timeout' } }, outcome: 'done' },
    ]);
  });
});

describe('POST /v1/dead-letters:purge', () => {
  it('answers 202, and removes the jobs for good; their keys say what they were', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const body = { name: 'http.request', payload: { url: 'http://service.test/hook' } };
    await gateway.call('POST', '/v1/jobs', { as: 'caller', body, headers });
    const ids = await bury(gateway, 2);
    const { body: operation, status } = await post('purge', { filter: {} });
    expect([status, await follow(operation.id)]).toEqual([202, expect.objectContaining({ kind: 'purge', done: 3 })]);
    for (const id of ids) expect(await gateway.call('GET', `/v1/jobs/${id}`, { as: 'caller' })).toMatchObject({ status: 404 });
    expect(await gateway.call('POST', '/v1/jobs', { as: 'caller', body, headers })).toMatchObject({
      status: 200,
      body: { state: 'dead', error: { code: 'http-status' } },
    });
  });

  it('answers 422 to a rate, which it has not', async () => {
    expect(await post('purge', { filter: {}, ratePerSecond: 5 })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/ratePerSecond' }] },
    });
  });

  it('needs another scope than a redrive', async () => {
    for (const verb of ['redrive', 'purge'] as const)
      expect(await post(verb, { filter: {} }, { as: 'reader' })).toMatchObject({ status: 403 });
    expect(await post('purge', { filter: {} }, { as: 'viewer' })).toMatchObject({ status: 202, body: { filter: { tenant: 'ops' } } });
    expect(await post('redrive', { filter: {} }, { as: 'viewer' })).toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining('jobs:submit') },
    });
  });
});
