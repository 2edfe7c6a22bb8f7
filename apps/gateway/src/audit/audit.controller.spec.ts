import { randomUUID } from 'node:crypto';
import { type RedisServer, startRedis, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Gateway, type KeyId, startGateway } from '../fixtures/gateway.js';

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
  await waitFor(async () => (await gateway.call('GET', '/readyz')).status === 200);
});
afterAll(() => gateway[Symbol.asyncDispose]());

const job = { name: 'http.request', payload: { url: 'http://service.test/hook', json: { secret: 'do-not-log-me' } } };
const call = (method: string, path: string, as: KeyId = 'operator', body?: unknown, headers = {}) =>
  gateway.call(method, path, { as, body, headers });
const list = async (query = '') => (await call('GET', `/v1/audit?limit=100&${query}`, 'viewer')).body.items as Record<string, unknown>[];

describe('GET /v1/audit', () => {
  it('tells who changed what, when, in which request, and how it ended', async () => {
    const since = new Date(Date.now() - 1_000).toISOString();
    await call('POST', '/v1/queues/cpu:pause', 'operator', undefined, { 'x-request-id': 'the-pause' });
    await call('PUT', '/v1/queues/cpu/limits', 'operator', { concurrency: 3, rate: null });
    await call('POST', '/v1/queues/cpu:resume');
    const [resumed, limited, paused] = await list(`since=${since}&target=cpu`);
    expect(paused).toEqual({
      id: expect.any(String),
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      keyId: 'operator',
      tenant: 'ops',
      action: 'queue.pause',
      target: 'cpu',
      details: {},
      requestId: 'the-pause',
      outcome: 'done',
    });
    expect(limited).toMatchObject({ action: 'queue.limit', details: { limits: { concurrency: 3, rate: null } } });
    expect(resumed).toMatchObject({ action: 'queue.resume' });
    expect(Number(new Date(String(paused?.at)))).toBeLessThanOrEqual(Number(new Date(String(resumed?.at))));
  });

  it("has what operators do to other tenants' jobs and schedules, also in vain, and not what tenants do to their own", async () => {
    const id = (await call('POST', '/v1/jobs', 'caller', job)).body.id;
    const own = (await call('POST', '/v1/jobs', 'caller', job)).body.id;
    const schedule = randomUUID();
    await call('PUT', `/v1/schedules/${schedule}`, 'caller', { every: 3_600_000, job });
    await call('DELETE', `/v1/jobs/${own}`, 'caller');
    await call('POST', `/v1/schedules/${schedule}:pause`, 'caller');
    expect((await call('DELETE', `/v1/jobs/${id}`)).status).toBe(200);
    expect((await call('POST', `/v1/schedules/${schedule}:resume?tenant=acme`)).status).toBe(200);
    expect((await call('DELETE', `/v1/schedules/${schedule}?tenant=acme`)).status).toBe(204);
    expect((await call('DELETE', `/v1/schedules/${schedule}?tenant=acme`)).status).toBe(404);
    expect(await list(`target=${own}`)).toEqual([]);
    expect(await list(`target=${id}`)).toMatchObject([{ action: 'job.cancel', details: { tenant: 'acme', queue: 'io' }, outcome: 'done' }]);
    expect(await list(`target=${schedule}`)).toMatchObject([
      { action: 'schedule.delete', outcome: 'schedule-not-found' },
      { action: 'schedule.delete', details: { tenant: 'acme' }, outcome: 'done' },
      { action: 'schedule.resume', outcome: 'done' },
    ]);
    expect(JSON.stringify(await list())).not.toContain('do-not-log-me');
  });

  it('has nothing of what was refused: nobody has changed anything', async () => {
    const before = (await list()).length;
    expect((await call('POST', '/v1/queues/io:pause', 'viewer')).status).toBe(403);
    expect((await call('POST', '/v1/queues/no-such:pause')).status).toBe(404);
    expect((await call('PUT', '/v1/queues/io/limits', 'operator', { concurrency: 0, rate: null })).status).toBe(422);
    expect(await list()).toHaveLength(before);
  });

  it('is read page by page, the newest first, and filtered', async () => {
    for (let count = 0; count < 5; count++) await call('POST', '/v1/queues/rate-limited:resume');
    const found: string[] = [];
    let cursor: string | null = '';
    do {
      const query: string = `limit=2&action=queue.resume&key=operator&target=rate-limited${cursor && `&cursor=${cursor}`}`;
      const { body } = await call('GET', `/v1/audit?${query}`, 'viewer');
      found.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = body.nextCursor;
    } while (cursor !== null);
    expect(found).toHaveLength(5);
    expect([...found].sort().reverse()).toEqual(found);
    expect(await list('key=nobody')).toEqual([]);
    expect(await list('tenant=acme')).toEqual([]);
    expect(await list('since=2999-01-01T00:00:00Z')).toEqual([]);
  });

  it.each(['since=yesterday', 'actor=a', 'limit=0', 'cursor=abc', 'key=', 'tenant=a/b'])('answers 422 to ?%s', async (query) => {
    const parameter = query.split('=')[0];
    expect(await call('GET', `/v1/audit?${query}`, 'viewer')).toMatchObject({ status: 422, body: { errors: [{ parameter }] } });
  });
});

describe('a change that cannot be logged', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  it('is not made', async () => {
    await using away = await startGateway({ REDIS_URL: redis.url });
    await waitFor(async () => (await away.call('GET', '/readyz')).status === 200);
    const pause = () => away.call('POST', '/v1/queues/io:pause', { as: 'operator' });
    await redis.call('SET', `${away.env.QUEUE_PREFIX}:audit`, 'no stream');
    const refused = await pause();
    expect(refused).toMatchObject({
      status: 503,
      body: { code: 'unavailable', detail: 'Nothing was changed: the audit log could not be written.' },
    });
    expect((await away.call('PUT', '/ui/api/queues/io/pause', { as: 'operator' })).status).toBe(503);
    expect((await away.call('GET', '/v1/queues/io', { as: 'operator' })).body).toMatchObject({ paused: false });
    await redis.call('DEL', `${away.env.QUEUE_PREFIX}:audit`);
    expect(await pause()).toMatchObject({ status: 200, body: { paused: true } });
  }, 30_000);
});
