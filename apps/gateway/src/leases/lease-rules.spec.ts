import { connectProducer, type RedisClient } from '@dts/queue';
import { Draining } from '@dts/runtime';
import { testPrefix, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { API_KEYS, type Gateway, type KeyId, startGateway } from '../fixtures/gateway.js';

const RESULT = { document: 'x', rows: 0 };
const ELSEWHERE = 'elsewhere-'.padEnd(40, '0');

let gateway: Gateway;
let redis: RedisClient;

beforeAll(async () => {
  const bound = { id: 'elsewhere', key: ELSEWHERE, scopes: ['workers:lease'], tenant: 'w', queues: ['another'] };
  const keys = [
    ...JSON.parse(API_KEYS),
    bound,
    { ...bound, id: 'parent', key: 'parent-'.padEnd(40, '0'), scopes: ['workers:lease', 'jobs:submit'], queues: undefined },
  ];
  gateway = await startGateway({ LEASE_DURATION: '3000', API_KEYS: JSON.stringify(keys) });
  redis = connectProducer(gateway.env.REDIS_URL, () => undefined);
  await waitFor(() => redis.status === 'ready');
});
afterAll(async () => {
  redis.disconnect();
  await gateway[Symbol.asyncDispose]();
});

const post = (path: string, body?: unknown, as: KeyId = 'worker') => gateway.call('POST', `/v1/${path}`, { as, body });
const child = (title: string) => ({ name: 'report.render', payload: { title } });
const submit = async (options: object = {}): Promise<string> => (await post('jobs', { ...child('t'), ...options }, 'caller')).body.id;
const read = async (id: string) => (await gateway.call('GET', `/v1/jobs/${id}`, { as: 'caller' })).body;
const ask = async (body: object = {}) =>
  (await post('leases', { queues: ['external'], worker: { id: 'w', slots: 8 }, wait: 2, ...body })).body.leases ?? [];
const leased = (body?: object) =>
  waitFor(async () => {
    const [lease] = await ask(body);
    return lease;
  });
const complete = (token: string) => post(`leases/${token}:complete`, { result: RESULT });
const key = (id: string) => `${gateway.env.QUEUE_PREFIX}:external:${id}`;

describe('a job that may have crashed its workers', () => {
  /** As after so many stalls, each of a start that is not known to have ended. */
  async function suspect(alone: number): Promise<string> {
    const id = await submit();
    await redis.hset(key(id), { stc: 3, 'dts:starts': 2, 'dts:alone': alone });
    return id;
  }

  it('is given alone to a worker that holds nothing, and what was fetched with it goes back', async () => {
    const id = await suspect(0);
    const other = await submit();
    const [lease, ...more] = await waitFor(async () => {
      const given = await ask({ max: 8 });
      return given.length > 0 && given;
    });
    expect([lease, more]).toEqual([expect.objectContaining({ jobId: id, quarantine: true }), []]);
    const next = await leased({ max: 8 });
    expect(next).toMatchObject({ jobId: other, quarantine: false, attempt: 1 });
    for (const { leaseToken } of [lease, next]) await complete(leaseToken);
    expect(await read(id)).toMatchObject({ state: 'completed' });
  });

  it('is put off where its worker holds other jobs', async () => {
    const id = await suspect(0);
    expect(await ask({ worker: { id: 'w', slots: 8, busy: 1 } })).toEqual([]);
    const lease = await leased();
    expect(lease).toMatchObject({ jobId: id, quarantine: true, attempt: 1 });
    await complete(lease.leaseToken);
  });

  it('is to blame when it has crashed as many again while it was alone', async () => {
    const id = await suspect(3);
    expect(await ask({ wait: 0 })).toEqual([]);
    await waitFor(async () => (await read(id)).state === 'dead');
    expect(await read(id)).toMatchObject({ error: { code: 'crashed-its-worker' } });
  });

  it('is not blamed for crashes before an attempt that ended', async () => {
    const id = await suspect(2);
    const lease = await leased();
    await post(`leases/${lease.leaseToken}:fail`, { error: { message: 'x' }, retryAfterMs: 0 });
    expect(await redis.hget(key(id), 'dts:alone')).toBeNull();
    await complete((await leased()).leaseToken);
  });
});

describe('a job that another version stored', () => {
  it('waits until it can be read, and no attempt is used up', async () => {
    const id = await submit({ orderingKey: 'versions' });
    const stored = String(await redis.hget(key(id), 'data'));
    await redis.hset(key(id), 'data', stored.replace('"title"', '"laterMember":1,"title"'));
    expect(await ask({ wait: 1 })).toEqual([]);
    expect(await read(id)).toMatchObject({ state: 'scheduled', attemptsMade: 0, error: null });
    await redis.hset(key(id), 'data', stored); // what a gateway of that version would see
    const lease = await leased();
    expect(lease).toMatchObject({ jobId: id, attempt: 1 });
    await complete(lease.leaseToken);
  });
});

describe('the order of a key', () => {
  it('holds: the next is leased when the one before has ended', async () => {
    const ids = [await submit({ orderingKey: 'k' }), await submit({ orderingKey: 'k' })];
    const first = await leased({ max: 8 });
    expect(await ask({ wait: 1, max: 8 })).toEqual([]);
    await complete(first.leaseToken);
    const second = await leased();
    expect([first.jobId, second.jobId]).toEqual(ids);
    await complete(second.leaseToken);
  });
});

describe('a flow', () => {
  it('gives its parent, once its children have ended, what became of them', async () => {
    const flow = { ...child('parent'), children: [{ ...child('good') }, { ...child('bad'), attempts: 1, onFailure: 'ignore' }] };
    const { body } = await post('flows', flow, 'caller');
    for (let n = 0; n < 2; n++) {
      const lease = await leased();
      if (lease.payload.title === 'good') await complete(lease.leaseToken);
      else await post(`leases/${lease.leaseToken}:fail`, { error: { code: 'broken', message: 'x' } });
    }
    const parent = await leased();
    expect(parent).toMatchObject({ jobId: body.id, children: 2 });
    const children = await gateway.call('GET', `/v1/leases/${parent.leaseToken}/children`, { as: 'worker' });
    expect(children.body.items).toMatchObject([
      { name: 'report.render', state: 'completed', result: RESULT, error: null },
      { state: 'dead', result: null, error: { code: 'broken' }, onFailure: 'ignore' },
    ]);
    expect(children.body.next).toBeNull();
    const rest = await gateway.call('GET', `/v1/leases/${parent.leaseToken}/children?from=1`, { as: 'worker' });
    expect(rest.body).toEqual({ items: [children.body.items[1]], next: null });
    expect((await gateway.call('GET', `/v1/leases/${parent.leaseToken}/children?from=x`, { as: 'worker' })).status).toBe(422);
    await complete(parent.leaseToken);
  });
});

describe('a job that a job submits', () => {
  it('is one, however often it is submitted, and its tenant is the same', async () => {
    await submit();
    const { leaseToken } = await leased();
    const headers = { authorization: `Bearer ${'parent-'.padEnd(40, '0')}` };
    const body = { ...child('part'), key: 'part-1' };
    const first = await gateway.call('POST', `/v1/leases/${leaseToken}:submit`, { body, headers });
    const again = await gateway.call('POST', `/v1/leases/${leaseToken}:submit`, { body, headers });
    expect([first.status, again.body.id]).toEqual([200, first.body.id]);
    expect(await read(first.body.id)).toMatchObject({ name: 'report.render', state: 'waiting' });
    await complete(leaseToken);
    await complete((await leased()).leaseToken);
  });

  it('needs the right to submit, a key, and a lease that holds', async () => {
    await submit();
    const { leaseToken } = await leased();
    expect((await post(`leases/${leaseToken}:submit`, { ...child('p'), key: 'k' })).status).toBe(403);
    const headers = { authorization: `Bearer ${'parent-'.padEnd(40, '0')}` };
    const call = (body: object) => gateway.call('POST', `/v1/leases/${leaseToken}:submit`, { body, headers });
    expect(await call(child('p'))).toMatchObject({ status: 422, body: { errors: [{ pointer: '/key' }] } });
    await complete(leaseToken);
    expect((await call({ ...child('p'), key: 'k' })).status).toBe(409);
  });
});

describe('a key that is bound to queues', () => {
  it('leases from no other', async () => {
    const body = { queues: ['external'], worker: { id: 'w', slots: 1 } };
    const headers = { authorization: `Bearer ${ELSEWHERE}` };
    expect(await gateway.call('POST', '/v1/leases', { body, headers })).toMatchObject({ status: 403, body: { code: 'missing-scope' } });
  });
});

describe('another gateway', () => {
  it('takes the next call, also when the first has gone', async () => {
    const settings = { QUEUE_PREFIX: testPrefix(), LEASE_DURATION: '5000' };
    const first = await startGateway(settings);
    const id = await waitFor(async () => (await first.call('POST', '/v1/jobs', { as: 'caller', body: child('t') })).body.id);
    const body = { queues: ['external'], wait: 5, worker: { id: 'w', slots: 1 } };
    const [lease] = (await first.call('POST', '/v1/leases', { as: 'worker', body })).body.leases;
    const waiting = first.call('POST', '/v1/leases', { as: 'worker', body: { ...body, wait: 30, worker: { id: 'waits', slots: 1 } } });
    await waitFor(async () => (await first.call('GET', '/v1/workers', { as: 'viewer' })).body.items.length === 2);
    first.app.get(Draining).begin();
    expect([200, 503]).toContain((await waiting).status);
    await first[Symbol.asyncDispose]();
    await using second = await startGateway(settings);
    await waitFor(async () => (await second.call('POST', `/v1/leases/${lease.leaseToken}:heartbeat`, { as: 'worker' })).status === 200);
    const done = await second.call('POST', `/v1/leases/${lease.leaseToken}:complete`, { as: 'worker', body: { result: RESULT } });
    expect(done.body).toEqual({ outcome: 'completed' });
    expect((await second.call('GET', `/v1/jobs/${id}`, { as: 'caller' })).body.state).toBe('completed');
  });
});
