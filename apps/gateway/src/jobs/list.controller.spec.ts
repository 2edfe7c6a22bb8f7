import { randomUUID } from 'node:crypto';
import { waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Gateway, type KeyId, startGateway } from '../fixtures/gateway.js';

let gateway: Gateway;
let beside: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
  beside = await startGateway({ QUEUE_PREFIX: gateway.env.QUEUE_PREFIX });
  await waitFor(async () => (await gateway.call('GET', '/readyz')).status === 200);
  await waitFor(async () => (await beside.call('GET', '/readyz')).status === 200);
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await beside[Symbol.asyncDispose]();
});

const job = { name: 'http.request', payload: { url: 'http://service.test/hook' } };
const newTag = () => `t:${randomUUID()}`;

async function submit(tags: string[], changes: object = {}, as: KeyId = 'caller'): Promise<string> {
  const { status, body } = await gateway.call('POST', '/v1/jobs', { as, body: { ...job, tags, ...changes } });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body.id;
}

const list = (query: string, as: KeyId = 'reader', at = gateway) => at.call('GET', `/v1/jobs?${query}`, { as });
const idsOf = ({ body }: { body: { items: { id: string }[] } }) => body.items.map(({ id }) => id);

describe('GET /v1/jobs', () => {
  it('tells jobs as they are told alone, the newest first, whatever else is asked for', async () => {
    const tag = newTag();
    const [first, second] = [await submit([tag]), await submit([tag])];
    const later = await submit([tag], { delay: 60_000 });
    const answer = await list(`tag=${tag}&state=waiting`);
    expect([answer.status, idsOf(answer), answer.body.nextCursor]).toEqual([200, [second, first], null]);
    expect(answer.body.items[1]).toEqual((await gateway.call('GET', `/v1/jobs/${first}`, { as: 'reader' })).body);
    expect(answer.body.items[1]).toMatchObject({ tenant: 'acme', orderingKey: null, parentId: null, flowId: null });
    expect(idsOf(await list(`tag=${tag}&state=scheduled,waiting&queue=io&name=http.request`)).sort()).toEqual(
      [first, second, later].sort(),
    );
    expect(idsOf(await list(`tag=${tag}&queue=cpu`))).toEqual([]);
  });

  it('calls a job cancelled that waits and will never run, as reading it does', async () => {
    const tag = newTag();
    const id = await submit([tag]);
    await gateway.call('DELETE', `/v1/jobs/${id}`, { as: 'caller' });
    expect(idsOf(await list(`tag=${tag}&state=waiting`))).toEqual([]);
    expect((await list(`tag=${tag}&state=cancelled`)).body.items).toMatchObject([{ id, state: 'cancelled' }]);
  });

  it('leads through all pages, also from gateway to gateway', async () => {
    const tag = newTag();
    const ids = [];
    for (let index = 0; index < 7; index++) ids.push(await submit([tag], index % 2 === 0 ? {} : { priority: 5 }));
    const found: string[] = [];
    let cursor = '';
    for (let page = 0; page < 20; page++) {
      const answer = await list(`tag=${tag}&limit=2${cursor}`, 'reader', page % 2 === 0 ? gateway : beside);
      found.push(...idsOf(answer));
      if (answer.body.nextCursor === null) break;
      cursor = `&cursor=${answer.body.nextCursor}`;
    }
    expect(found.sort()).toEqual(ids.sort());
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['limit=5&limit=6', 'limit'],
    ['state=running', 'state'],
    ['state=', 'state'],
    ['state=waiting,,active', 'state'],
    ['state=waiting&state=active', 'state'],
    ['queue=nope', 'queue'],
    ['name=no.such', 'name'],
    ['tag=a%20b', 'tag'],
    [`tag=${'x'.repeat(65)}`, 'tag'],
    ['tag=%22%7D', 'tag'],
    ['cursor=', 'cursor'],
    ['cursor=YQ', 'cursor'],
    ['cursor=%00', 'cursor'],
    ['stat=waiting', 'stat'],
    ['__proto__=x', '__proto__'],
    ['constructor=x', 'constructor'],
  ])('answers 422 to ?%s', async (query, parameter) => {
    const { status, body } = await list(query);
    expect([status, body.code, body.errors?.map((error: { parameter: string }) => error.parameter)]).toEqual([
      422,
      'invalid-request',
      [parameter],
    ]);
  });
});

describe('GET /v1/jobs of several tenants', () => {
  it("tells a caller's own only, operators those of all, or of one", async () => {
    const tag = newTag();
    const [ours, theirs] = [await submit([tag]), await submit([tag], {}, 'stranger')];
    expect(idsOf(await list(`tag=${tag}`, 'reader'))).toEqual([ours]);
    expect(idsOf(await list(`tag=${tag}`, 'stranger'))).toEqual([theirs]);
    expect(idsOf(await list(`tag=${tag}`, 'viewer')).sort()).toEqual([ours, theirs].sort());
    expect(idsOf(await list(`tag=${tag}&tenant=globex`, 'viewer'))).toEqual([theirs]);
    expect(await list('tenant=globex', 'reader')).toMatchObject({ status: 403, body: { code: 'missing-scope' } });
  });

  it('takes a cursor from whom it was given to only, for the same filters, and as it was given', async () => {
    const tag = newTag();
    for (let index = 0; index < 3; index++) await submit([tag]);
    const { nextCursor } = (await list(`tag=${tag}&limit=1`)).body;
    const refused = { status: 422, body: { errors: [{ parameter: 'cursor' }] } };
    const with_ = (query: string, as?: KeyId) => list(`${query}&cursor=${nextCursor}`, as);
    expect(await with_(`tag=${tag}&limit=2`)).toMatchObject({ status: 200, body: { items: [{}, {}] } });
    expect(await with_(`tag=${tag}`, 'stranger')).toMatchObject(refused);
    expect(await with_(`tag=${tag}`, 'operator')).toMatchObject(refused);
    expect(await with_('limit=1')).toMatchObject(refused);
    expect(await with_(`tag=${tag}&state=waiting`)).toMatchObject(refused);
    expect(await gateway.call('GET', `/v1/schedules?cursor=${nextCursor}`, { as: 'reader' })).toMatchObject(refused);
    expect(await list(`tag=${tag}&cursor=${nextCursor.slice(0, -2)}AA`)).toMatchObject(refused);
    expect(nextCursor).not.toContain(Buffer.from('io_').toString('base64url'));
  });

  it('answers 401 without a key, 403 without the scope', async () => {
    expect(await gateway.call('GET', '/v1/jobs')).toMatchObject({ status: 401 });
    expect(await gateway.call('GET', '/v1/jobs?limit=0')).toMatchObject({ status: 401 });
  });
});
