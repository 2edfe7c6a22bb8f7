import { randomUUID } from 'node:crypto';
import { waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, type Call, type Gateway, startGateway } from '../fixtures/gateway.js';

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
  await waitFor(async () => (await gateway.call('GET', '/readyz')).status === 200);
});
afterAll(() => gateway[Symbol.asyncDispose]());

const job = { name: 'http.request', payload: { url: 'http://service.test/hook' } };
const nightly = { cron: '30 2 * * *', timezone: 'Europe/Berlin', job };
const newPath = () => `/v1/schedules/${randomUUID()}`;
const call = (method: string, path: string, body?: unknown, more: Call = {}) => gateway.call(method, path, { as: 'caller', body, ...more });

describe('PUT /v1/schedules/{id}', () => {
  it('answers 201 with the schedule and its next five runs, and 200 with the same when it is repeated', async () => {
    const path = newPath();
    const first = await call('PUT', path, nightly);
    expect(first).toMatchObject({
      status: 201,
      body: { ...nightly, state: 'active', overlap: 'skip', every: null, jitter: 0, limit: null, lastRun: null, runs: 0, error: null },
    });
    expect(first.body.nextRuns).toHaveLength(5);
    expect([...first.body.nextRuns].sort()).toEqual(first.body.nextRuns);
    expect(await call('PUT', path, nightly)).toMatchObject({ status: 200, body: first.body });
    expect(await call('GET', path)).toMatchObject({ status: 200, body: first.body });
  });

  it('tells the runs that limit, start and end leave', async () => {
    const startAt = '2040-01-01T00:00:00.000Z';
    const limited = await call('PUT', newPath(), { every: 60_000, startAt, limit: 2, job });
    expect(limited.body).toMatchObject({ limit: 2, startAt, nextRuns: [startAt, '2040-01-01T00:01:00.000Z'] });
    const ending = await call('PUT', newPath(), { every: 60_000, startAt, endAt: startAt, job });
    expect(ending.body.nextRuns).toEqual([startAt]);
  });

  it.each([
    ['neither cron nor every', { job }, ['/cron']],
    ['both', { cron: '* * * * *', every: 1_000, job }, ['/cron']],
    ['a pattern that is none', { cron: '61 * * * *', job }, ['/cron']],
    ['a pattern that never comes', { cron: '0 0 31 2 *', job }, ['/cron']],
    ['a zone that does not exist', { ...nightly, timezone: 'Mars/Base' }, ['/timezone']],
    ['a zone without a pattern', { every: 1_000, timezone: 'UTC', job }, ['/timezone']],
    ['an interval too short', { every: 999, job }, ['/every']],
    ['an end before the start', { every: 1_000, startAt: '2040-01-02T00:00:00Z', endAt: '2040-01-01T00:00:00Z', job }, ['/endAt']],
    ['an end that is over', { every: 1_000, endAt: '2020-01-01T00:00:00Z', job }, ['/endAt']],
    ['times of a job', { ...nightly, job: { ...job, delay: 1, runAt: '2040-01-01T00:00:00Z' } }, ['/job/delay', '/job/runAt']],
    [
      'a payload that does not fit',
      { ...nightly, job: { ...job, payload: { url: 7, 'a/b': 1 } } },
      ['/job/payload/a~1b', '/job/payload/url'],
    ],
    [
      'all at once',
      { cron: 7, overlap: 'maybe', jitter: -1, job: { ...job, payload: {} }, foo: 1 },
      ['/cron', '/foo', '/jitter', '/job/payload/url', '/overlap'],
    ],
    ['no object', [], ['']],
  ])('answers 422 to %s, and points at it', async (_what, body, pointers) => {
    const path = newPath();
    const answer = await call('PUT', path, body);
    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid-request' } });
    expect(answer.body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual(pointers);
    expect(await call('GET', path)).toMatchObject({ status: 404, body: { code: 'schedule-not-found' } });
  });

  it('answers 404 to a job type that does not exist, and 413 to a payload that is too large', async () => {
    expect(await call('PUT', newPath(), { ...nightly, job: { name: 'no.such', payload: {} } })).toMatchObject({
      status: 404,
      body: { code: 'unknown-job' },
    });
    const large = { ...job, payload: { ...job.payload, text: 'x'.repeat(262_144) } };
    expect(await call('PUT', newPath(), { ...nightly, job: large })).toMatchObject({ status: 413 });
  });

  it.each(['a b', '-a', 'a/b', 'a:b', 'é', 'x'.repeat(51)])('answers 422 to the id %p', async (id) => {
    expect(await call('PUT', `/v1/schedules/${encodeURIComponent(id)}`, nightly)).toMatchObject({
      status: 422,
      body: { errors: [{ parameter: 'id' }] },
    });
  });
});

describe('keys', () => {
  it('need schedules:write to change, jobs:read to read', async () => {
    const path = newPath();
    await call('PUT', path, nightly);
    for (const [method, of, body] of [
      ['PUT', path, nightly],
      ['DELETE', path],
      ['POST', `${path}:pause`],
      ['POST', `${path}:resume`],
      ['POST', `${path}:trigger`],
    ] as const) {
      expect(await call(method, of, body, { as: 'reader' })).toMatchObject({ status: 403, body: { code: 'missing-scope' } });
      expect(await gateway.call(method, of, { body })).toMatchObject({ status: 401 });
    }
    expect(await call('GET', path, undefined, { as: 'reader' })).toMatchObject({ status: 200 });
  });

  it("see and change their own tenant's schedules only", async () => {
    const path = newPath();
    await call('PUT', path, nightly);
    for (const [method, of] of [
      ['GET', path],
      ['DELETE', path],
      ['POST', `${path}:pause`],
      ['POST', `${path}:trigger`],
    ] as const) {
      expect(await call(method, of, undefined, { as: 'stranger' })).toMatchObject({ status: 404, body: { code: 'schedule-not-found' } });
    }
    expect(await call('PUT', path, { every: 1_000_000, job }, { as: 'stranger' })).toMatchObject({ status: 201 });
    expect((await call('GET', path)).body).toMatchObject({ cron: nightly.cron });
  });
});

describe('operators', () => {
  it("see another tenant's schedules when they name it, and change them with ops:write", async () => {
    const path = newPath();
    await call('PUT', path, nightly);
    expect(await call('GET', path, undefined, { as: 'operator' })).toMatchObject({ status: 404 });
    expect(await call('GET', `${path}?tenant=acme`, undefined, { as: 'viewer' })).toMatchObject({ status: 200 });
    expect(await call('GET', `${path}?tenant=acme`, undefined, { as: 'stranger' })).toMatchObject({ status: 403 });
    expect(await call('POST', `${path}:pause?tenant=acme`, undefined, { as: 'stranger' })).toMatchObject({ status: 403 });
    expect(await call('POST', `${path}:pause?tenant=acme`, undefined, { as: 'operator' })).toMatchObject({ body: { state: 'paused' } });
    const list = await call('GET', '/v1/schedules?tenant=acme&limit=100', undefined, { as: 'operator' });
    expect(list.body.items.map(({ id }: { id: string }) => id)).toContain(path.split('/').at(-1));
    expect(await call('GET', '/v1/schedules?tenant=a/b', undefined, { as: 'operator' })).toMatchObject({ status: 422 });
  });
});

describe('GET /v1/schedules', () => {
  const pathOf = ({ body }: Answer) => `/v1/schedules?limit=2&cursor=${body.nextCursor}`;

  it('pages through them in order', async () => {
    const ids = Array.from({ length: 5 }, (_, index) => `a-list-${index}`);
    for (const id of ids) await call('PUT', `/v1/schedules/${id}`, nightly, { as: 'stranger' });
    const found: { id: string; nextRuns: string[] }[] = [];
    let page = await call('GET', '/v1/schedules?limit=2', undefined, { as: 'stranger' });
    for (; page.body.nextCursor !== null; page = await call('GET', pathOf(page), undefined, { as: 'stranger' }))
      found.push(...page.body.items);
    found.push(...page.body.items);
    expect(found.map(({ id }) => id).filter((id) => id.startsWith('a-list'))).toEqual(ids);
    expect(found.every(({ nextRuns }) => nextRuns.length === 1)).toBe(true);
  });

  it('takes its own cursors only, and only for the tenant that they were made for', async () => {
    for (const id of ['b-1', 'b-2']) await call('PUT', `/v1/schedules/${id}`, nightly);
    const path = pathOf(await call('GET', '/v1/schedules?limit=1'));
    expect(await call('GET', path)).toMatchObject({ status: 200 });
    expect(await call('GET', path, undefined, { as: 'stranger' })).toMatchObject({
      status: 422,
      body: { errors: [{ parameter: 'cursor' }] },
    });
  });

  it.each(['limit=0', 'limit=101', 'limit=x', 'cursor=!', 'cursor=YS9i', 'state=paused'])('answers 422 to ?%s', async (query) => {
    expect(await call('GET', `/v1/schedules?${query}`)).toMatchObject({ status: 422, body: { code: 'invalid-request' } });
  });
});

describe('DELETE /v1/schedules/{id}', () => {
  it('answers 204, then 404', async () => {
    const path = newPath();
    await call('PUT', path, nightly);
    expect(await call('DELETE', path)).toMatchObject({ status: 204, text: '' });
    expect(await call('DELETE', path)).toMatchObject({ status: 404, body: { code: 'schedule-not-found' } });
    expect(await call('GET', path)).toMatchObject({ status: 404 });
  });
});

describe('POST /v1/schedules/{id}:…', () => {
  it('pauses and resumes', async () => {
    const path = newPath();
    await call('PUT', path, nightly);
    expect(await call('POST', `${path}:pause`)).toMatchObject({ status: 200, body: { state: 'paused', nextRuns: [] } });
    expect(await call('PUT', path, nightly)).toMatchObject({ body: { state: 'paused' } });
    const resumed = await call('POST', `${path}:resume`);
    expect(resumed).toMatchObject({ status: 200, body: { state: 'active' } });
    expect(resumed.body.nextRuns).toHaveLength(5);
    expect(await call('PUT', path, { ...nightly, paused: true })).toMatchObject({ body: { state: 'paused' } });
  });

  it('runs now: a job like any other, which can be read and cancelled, by its tenant alone', async () => {
    const path = newPath();
    await call('PUT', path, { ...nightly, job: { ...job, priority: 3, attempts: 2, tags: ['a'], orderingKey: 'k' } });
    const { status, headers, body } = await call('POST', `${path}:trigger`);
    expect([status, headers.get('location')]).toEqual([201, `/v1/jobs/${body.id}`]);
    const tags = ['a', `schedule:${path.split('/').at(-1)}`];
    expect(body).toMatchObject({ ...job, state: 'waiting', priority: 3, attemptsMax: 2, orderingKey: 'k', tags });
    expect(await call('GET', `/v1/jobs/${body.id}`)).toMatchObject({ status: 200, body: { id: body.id } });
    expect(await call('GET', `/v1/jobs/${body.id}`, undefined, { as: 'stranger' })).toMatchObject({ status: 404 });
    expect(await call('POST', `${path}:trigger`)).toMatchObject({ status: 409, body: { code: 'run-in-progress' } });
    expect(await call('DELETE', `/v1/jobs/${body.id}`)).toMatchObject({ status: 200, body: { state: 'cancelled' } });
    expect(await call('GET', path)).toMatchObject({ body: { lastRun: { jobId: body.id } } });
  });

  it('runs once for one Idempotency-Key', async () => {
    const path = newPath();
    await call('PUT', path, nightly);
    const headers = { 'idempotency-key': randomUUID() };
    const first = await call('POST', `${path}:trigger`, undefined, { headers });
    const again = await call('POST', `${path}:trigger`, undefined, { headers });
    expect([first.status, again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 200, 'true']);
    expect(again.body.id).toBe(first.body.id);
    expect(await call('POST', `${path}:trigger`, undefined, { headers: { 'idempotency-key': 'a b' } })).toMatchObject({ status: 400 });
  });

  it('answers 405 to a verb that does not exist', async () => {
    const path = newPath();
    await call('PUT', path, nightly);
    for (const verb of [':explode', ':pause:resume', '']) expect((await call('POST', `${path}${verb}`)).status).toBe(405);
  });
});

describe('runs', () => {
  it('are started by the gateway, and counted', async () => {
    const path = newPath();
    await call('PUT', path, { every: 1_000, limit: 1, job });
    const { body } = await waitFor(async () => {
      const answer = await call('GET', path);
      return answer.body.state === 'ended' && answer.body.lastRun && answer;
    });
    expect(await call('GET', `/v1/jobs/${body.lastRun.jobId}`)).toMatchObject({ status: 200, body: job });
    const metrics = await waitFor(async () => {
      const { text } = await gateway.call('GET', '/metrics');
      return text.includes('dts_schedule_runs_total{outcome="started"}') && text;
    });
    expect(metrics).toContain('dts_schedules_mended_total 0');
  });
});
