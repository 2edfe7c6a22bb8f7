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

const job = (path: string, changes: object = {}) => ({ name: 'http.request', payload: { url: `http://service.test/${path}` }, ...changes });
const FLOW = job('root', {
  tags: ['closing'],
  children: [
    job('a', { priority: 3, onFailure: 'ignore', delay: 60_000 }),
    { name: 'email.send', payload: { to: ['a@b.test'], subject: 's', text: 't' }, children: [job('leaf')] },
  ],
});

const submit = (body: unknown = FLOW, key?: string, as: KeyId = 'caller') =>
  gateway.call('POST', '/v1/flows', { as, body, headers: key === undefined ? {} : { 'idempotency-key': key } });
const get = (id: string, as: KeyId = 'caller') => gateway.call('GET', `/v1/flows/${id}`, { as });
const cancel = (id: string, as: KeyId = 'caller') => gateway.call('DELETE', `/v1/flows/${id}`, { as });

describe('POST /v1/flows', () => {
  it('stores a tree and tells where it is, with its states; its jobs tell of it', async () => {
    const { status, headers, body } = await submit();
    expect([status, headers.get('location')]).toEqual([201, `/v1/flows/${body.id}`]);
    expect(body).toMatchObject({
      id: body.root.job.id,
      state: 'running',
      finishedAt: null,
      counts: { 'waiting-children': 2, scheduled: 1, waiting: 1 },
      root: { onFailure: null, job: { name: 'http.request', tags: ['closing'], parentId: null, flowId: body.id, tenant: 'acme' } },
    });
    expect(body.root.children).toMatchObject([
      { onFailure: 'ignore', children: [], job: { state: 'scheduled', priority: 3 } },
      { onFailure: 'fail', children: [{ onFailure: 'fail' }], job: { name: 'email.send', queue: 'rate-limited' } },
    ]);
    const leaf = body.root.children[1].children[0].job;
    const read = await gateway.call('GET', `/v1/jobs/${leaf.id}`, { as: 'caller' });
    expect(read.body).toMatchObject({ ...leaf, parentId: body.root.children[1].job.id, flowId: body.id, payload: job('leaf').payload });
    await expect(get(body.id)).resolves.toMatchObject({ status: 200, body });
  });

  it('answers a key again with the flow it stands for, and another flow with 409', async () => {
    const key = randomUUID();
    const first = await submit(FLOW, key);
    const again = await submit(FLOW, key);
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
    expect(again.body).toEqual(first.body);
    await expect(submit(job('other'), key)).resolves.toMatchObject({ status: 409, body: { code: 'idempotency-conflict' } });
    await expect(
      gateway.call('POST', '/v1/jobs', { as: 'caller', body: job('root'), headers: { 'idempotency-key': key } }),
    ).resolves.toMatchObject({ status: 409 });
    await expect(submit(FLOW, 'two words')).resolves.toMatchObject({ status: 400, body: { code: 'invalid-idempotency-key' } });
  });

  it.each<[string, unknown, string[]]>([
    ['no object', [], ['']],
    ['children that are no list', job('root', { children: {} }), ['/children']],
    ['a child that is none', job('root', { children: [7] }), ['/children/0']],
    ['a type that there is not', job('root', { children: [job('a'), job('b', { name: 'nope' })] }), ['/children/1/name']],
    [
      'a payload that does not fit',
      job('root', { children: [job('a', { children: [{ name: 'http.request', payload: { url: 1 } }] })] }),
      ['/children/0/children/0/payload/url'],
    ],
    [
      'several mistakes at once',
      job('root', { priority: 11, children: [job('a', { nope: 1, payload: {} })] }),
      ['/priority', '/children/0/nope', '/children/0/payload/url'],
    ],
    ['an unknown mode', job('root', { children: [job('a', { onFailure: 'explode' })] }), ['/children/0/onFailure']],
    ['a mode of the root', job('root', { onFailure: 'fail' }), ['/onFailure']],
    ['a time of a parent', job('root', { runAt: '2030-01-01T00:00:00Z', children: [job('a')] }), ['/runAt']],
    ['both times of a child', job('root', { children: [job('a', { runAt: '2030-01-01T00:00:00Z', delay: 1 })] }), ['/children/0/runAt']],
    ['more jobs than are allowed', job('root', { children: Array.from({ length: 1_000 }, () => job('a')) }), ['']],
    [
      'more levels than are allowed',
      Array.from({ length: 10 }).reduce<object>((child) => job('level', { children: [child] }), job('leaf')),
      [Array(10).fill('/children/0').join('')],
    ],
  ])('refuses %s, with a pointer to each mistake', async (_what, body, pointers) => {
    const answer = await submit(body);
    expect([answer.status, answer.body.code]).toEqual([422, 'invalid-request']);
    expect(answer.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(pointers);
  });

  it('does not read on once there are too many jobs', async () => {
    const body = job('root', { children: Array.from({ length: 200_000 }, () => ({ name: 7 })) });
    const { status, body: told } = await submit(body);
    expect([status, told.errors.length, told.errors[0]]).toEqual([422, 100, { pointer: '', detail: expect.stringContaining('1000') }]);
  });

  it('stands any number of mistakes in one payload', async () => {
    const payload = Object.fromEntries(Array.from({ length: 300_000 }, (_, index) => [`x${index}`, 1]));
    for (const changes of [{}, { priority: 11 }]) {
      const { status, body } = await submit(job('root', { children: [{ name: 'http.request', payload, ...changes }] }));
      expect([status, body.errors.length]).toEqual([422, 100]);
    }
  });

  it('takes eight megabytes, and no more', async () => {
    const large = (children: number) =>
      job('root', {
        children: Array.from({ length: children }, () => job('a', { payload: { url: 'http://a.test', text: 'x'.repeat(200_000) } })),
      });
    const stored = await waitFor(
      async () => {
        const answer = await submit(large(39), 'eight-megabytes');
        return answer.status !== 503 && answer; // a busy machine may take longer than an answer may; the same key is safe
      },
      { timeoutMs: 30_000 },
    );
    expect(stored.status).toBeLessThan(300);
    await expect(submit(large(45))).resolves.toMatchObject({ status: 413, body: { code: 'payload-too-large' } });
  });
});

describe('a flow', () => {
  it('of another tenant is not there; operators see it, and cancel it with the right to', async () => {
    const { id } = (await submit()).body;
    for (const call of [get, cancel])
      await expect(call(id, 'stranger')).resolves.toMatchObject({ status: 404, body: { code: 'flow-not-found' } });
    await expect(get(id, 'viewer')).resolves.toMatchObject({ status: 200, body: { id } });
    await expect(cancel(id, 'viewer')).resolves.toMatchObject({ status: 403, body: { code: 'missing-scope' } });
    await expect(cancel(id, 'reader')).resolves.toMatchObject({ status: 403 });
    await expect(cancel(id, 'operator')).resolves.toMatchObject({ status: 200, body: { state: 'cancelled', counts: { cancelled: 4 } } });
    const audit = await gateway.call('GET', '/v1/audit?action=flow.cancel', { as: 'operator' });
    expect(audit.body.items).toMatchObject([{ action: 'flow.cancel', target: id, outcome: 'done' }]);
  });

  it('is found in the list of jobs by the tag of its root, however many jobs it has', async () => {
    const tag = `large-${randomUUID()}`;
    const { id } = (await submit(job('root', { tags: [tag], children: Array.from({ length: 999 }, () => job('a')) }))).body;
    const list = await gateway.call('GET', `/v1/jobs?state=waiting-children&tag=${tag}`, { as: 'caller' });
    expect(list.body.items).toMatchObject([{ id, flowId: id, parentId: null, tags: [tag], state: 'waiting-children' }]);
  });

  it('is found by its own id only', async () => {
    const { root } = (await submit()).body;
    for (const id of [root.children[0].job.id, 'nope', randomUUID()]) {
      await expect(get(id)).resolves.toMatchObject({ status: 404, body: { code: 'flow-not-found' } });
    }
  });
});
