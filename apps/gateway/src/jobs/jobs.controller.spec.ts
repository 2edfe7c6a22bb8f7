import { randomUUID } from 'node:crypto';
import { JOB_DEFINITIONS } from '@dts/jobs';
import { connectWorker } from '@dts/queue';
import { Draining } from '@dts/runtime';
import { createSignal, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Worker } from 'bullmq';
import { type Call, type Gateway, startGateway } from '../fixtures/gateway.js';

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
  await waitFor(async () => (await gateway.call('GET', '/readyz')).status === 200);
});
afterAll(() => gateway[Symbol.asyncDispose]());

const job = { name: 'http.request', payload: { url: 'http://service.test/hook' } };
const submit = (body: unknown = job, call: Call = {}) => gateway.call('POST', '/v1/jobs', { as: 'caller', body, ...call });
const submitWith = (key: string, body: unknown = job, call: Call = {}) => submit(body, { ...call, headers: { 'idempotency-key': key } });

/** A real worker of the io queue. */
function work(run: () => Promise<unknown>): AsyncDisposable {
  const connection = connectWorker(gateway.env.REDIS_URL, () => {});
  const worker = new Worker('io', run, { connection, prefix: gateway.env.QUEUE_PREFIX });
  return {
    async [Symbol.asyncDispose]() {
      await worker.close();
      connection.disconnect();
    },
  };
}

describe('POST /v1/jobs', () => {
  it('answers 201 with the job and where it is', async () => {
    const { status, headers, body } = await submit({ ...job, priority: 2, tags: ['a'], orderingKey: 'customer-7', delay: 60_000 });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      ...job,
      queue: 'io',
      state: 'scheduled',
      priority: 2,
      tags: ['a'],
      orderingKey: 'customer-7',
      attemptsMax: 8,
      result: null,
      error: null,
    });
    expect(headers.get('location')).toBe(`/v1/jobs/${body.id}`);
    expect(headers.get('durability')).toBeNull();
    const read = await gateway.call('GET', String(headers.get('location')), { as: 'reader' });
    expect([read.status, read.body]).toEqual([200, body]);
  });

  it('answers 200 with the same job when it is repeated, and 409 when it says something else', async () => {
    const key = randomUUID();
    const first = await submitWith(key);
    const again = await submitWith(key);
    expect([again.status, again.headers.get('idempotent-replayed'), again.body]).toEqual([200, 'true', first.body]);
    expect(again.headers.get('location')).toBeNull();
    const other = await submitWith(key, { ...job, priority: 3 });
    expect(other).toMatchObject({ status: 409, body: { code: 'idempotency-conflict', detail: expect.stringContaining(first.body.id) } });
    const stranger = await submitWith(key, job, { as: 'stranger' });
    expect(stranger.status).toBe(201);
  });

  it.each(['', 'a b', 'é', 'x'.repeat(256)])('answers 400 to the Idempotency-Key %p', async (key) => {
    await expect(submitWith(key)).resolves.toMatchObject({ status: 400, body: { code: 'invalid-idempotency-key' } });
  });

  it('answers 422 with an entry for each wrong field', async () => {
    const { status, body } = await submit({ name: 'http.request', payload: { url: 'no', 'a/b': 1 }, delay: -1, priorty: 1 });
    expect([status, body.code]).toEqual([422, 'invalid-request']);
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '/delay',
      '/payload/a~1b',
      '/payload/url',
      '/priorty',
    ]);
  });

  it('answers 422 with an entry for each wrong field of a payload', async () => {
    const { status, body } = await submit({ name: 'email.send', payload: { to: ['ada@example.com', 'ada'], subject: 7 } });
    expect(status).toBe(422);
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual(['/payload/subject', '/payload/to/1']);
  });

  it('answers 404 to a job type that does not exist, with those that do', async () => {
    const { status, body } = await submit({ name: 'no.such', payload: {} });
    expect([status, body.code]).toEqual([404, 'unknown-job']);
    expect(body.detail).toContain('http.request, email.send, image.thumbnail');
  });

  it('answers 413 to a payload that is too large, also where the body is not', async () => {
    const text = 'x'.repeat(256 * 1024);
    const { status, body } = await submit({ ...job, payload: { ...job.payload, text } });
    expect([status, body.code]).toEqual([413, 'payload-too-large']);
    expect(body.detail).toContain('262144 are allowed');
  });

  it('counts how submissions were answered, and makes no label of what callers make up', async () => {
    await submit({ name: 'made.up', payload: {} });
    const { text } = await gateway.call('GET', '/metrics');
    expect(text).toMatch(/dts_submissions_total\{job_name="http\.request",outcome="created"\} [1-9]/);
    expect(text).toMatch(/dts_submissions_total\{job_name="http\.request",outcome="replayed"\} [1-9]/);
    expect(text).toMatch(/dts_submissions_total\{job_name="unknown",outcome="unknown-job"\} [1-9]/);
    expect(text).toMatch(/dts_submit_duration_seconds_count\{queue="io",job_name="http\.request",outcome="refused"\} [1-9]/);
    expect(text).not.toContain('made.up');
  });
});

describe('GET /v1/jobs/{id}', () => {
  it('hides a job of another tenant, but not from operators', async () => {
    const { body } = await submit();
    const path = `/v1/jobs/${body.id}`;
    const stranger = await gateway.call('GET', path, { as: 'stranger' });
    const nobodys = await gateway.call('GET', `${path.slice(0, -4)}0000`, { as: 'stranger' });
    expect(stranger).toMatchObject({ status: 404, body: { code: 'job-not-found' } });
    expect(nobodys).toMatchObject({ status: 404, body: { code: 'job-not-found', title: stranger.body.title } });
    for (const as of ['viewer', 'operator'] as const) {
      await expect(gateway.call('GET', path, { as })).resolves.toMatchObject({ status: 200, body: { id: body.id } });
    }
  });

  it.each(['wait', 'meta', 'events', '1', '%20', 'io_'])('answers 404 to the id %p, also for operators', async (id) => {
    await expect(gateway.call('GET', `/v1/jobs/${id}`, { as: 'operator' })).resolves.toMatchObject({
      status: 404,
      body: { code: 'job-not-found' },
    });
  });

  it.each(['-1', '61', '1.5', '', 'soon', '1e1', ' 1'])('answers 422 to ?wait=%s', async (wait) => {
    const { status, body } = await gateway.call('GET', `/v1/jobs/io_1?wait=${encodeURIComponent(wait)}`, { as: 'caller' });
    expect([status, body.errors]).toEqual([422, [{ parameter: 'wait', detail: expect.stringContaining('0 to 60') }]]);
  });
});

describe('GET /v1/jobs/{id}?wait', () => {
  it('answers as soon as the job has finished', async () => {
    const started = createSignal('started');
    const finish = createSignal('finish');
    await using _worker = work(async () => {
      started.set();
      await finish.wait();
      return { status: 200 };
    });
    const { body } = await submit({ ...job, priority: 1 });
    await started.wait();
    const startedAt = performance.now();
    const waiting = gateway.call('GET', `/v1/jobs/${body.id}?wait=30`, { as: 'caller' });
    finish.set();
    await expect(waiting).resolves.toMatchObject({
      status: 200,
      body: { state: 'completed', result: { status: 200 }, attempts: [{ number: 1 }] },
    });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it('answers with the job as it is when the time is up', async () => {
    const { body } = await submit({ ...job, delay: 60_000 });
    const startedAt = performance.now();
    const { status, body: waited } = await gateway.call('GET', `/v1/jobs/${body.id}?wait=1`, { as: 'caller' });
    expect([status, waited.state]).toEqual([200, 'scheduled']);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(990);
  });

  it('does not outlast the job of another tenant', async () => {
    const { body } = await submit({ ...job, delay: 60_000 });
    await expect(gateway.call('GET', `/v1/jobs/${body.id}?wait=30`, { as: 'stranger' })).resolves.toMatchObject({ status: 404 });
  });

  it('answers at once when the gateway shuts down', async () => {
    await using leaving = await startGateway({ QUEUE_PREFIX: gateway.env.QUEUE_PREFIX });
    const { body } = await submit({ ...job, delay: 60_000 });
    await waitFor(async () => (await leaving.call('GET', '/readyz')).status === 200);
    const waiting = leaving.call('GET', `/v1/jobs/${body.id}?wait=60`, { as: 'caller' });
    leaving.app.get(Draining).begin();
    await expect(waiting).resolves.toMatchObject({ status: 200, body: { id: body.id, state: 'scheduled' } });
  });
});

describe('DELETE /v1/jobs/{id}', () => {
  const cancel = (id: string, as: Call['as']) => gateway.call('DELETE', `/v1/jobs/${id}`, { as });

  it('cancels, and is fine to repeat', async () => {
    const { body } = await submit();
    for (const _time of [1, 2]) {
      await expect(cancel(body.id, 'caller')).resolves.toMatchObject({ status: 200, body: { id: body.id, state: 'cancelled' } });
    }
    await expect(gateway.call('GET', `/v1/jobs/${body.id}?wait=5`, { as: 'caller' })).resolves.toMatchObject({
      body: { state: 'cancelled' },
    });
  });

  it("keeps another tenant's job from strangers, and from operators who may only look", async () => {
    const { body } = await submit();
    await expect(cancel(body.id, 'stranger')).resolves.toMatchObject({ status: 404, body: { code: 'job-not-found' } });
    await expect(cancel(body.id, 'viewer')).resolves.toMatchObject({ status: 403, body: { code: 'missing-scope' } });
    await expect(gateway.call('GET', `/v1/jobs/${body.id}`, { as: 'caller' })).resolves.toMatchObject({ body: { state: 'waiting' } });
    await expect(cancel(body.id, 'operator')).resolves.toMatchObject({ status: 200, body: { state: 'cancelled' } });
  });
});

describe('GET /v1/job-types', () => {
  it('tells the job types with their schemas', async () => {
    const { status, body } = await gateway.call('GET', '/v1/job-types', { as: 'reader' });
    expect([status, body.nextCursor]).toEqual([200, null]);
    expect(body.items.map(({ name }: { name: string }) => name)).toEqual(JOB_DEFINITIONS.map(({ name }) => name));
    expect(body.items[0]).toMatchObject({
      queue: 'io',
      attempts: 8,
      backoff: { type: 'exponential' },
      payloadSchema: { type: 'object', required: ['url'], properties: { method: { default: 'POST' } } },
      resultSchema: { type: 'object' },
    });
  });
});

describe('a key', () => {
  const routes = [
    ['POST', '/v1/jobs', 'jobs:submit'],
    ['GET', '/v1/jobs/io_1', 'jobs:read'],
    ['GET', '/v1/job-types', 'jobs:read'],
    ['DELETE', '/v1/jobs/io_1', 'jobs:cancel'],
  ] as const;

  it.each(routes)('is needed for %s %s', async (method, path, _scope) => {
    const body = method === 'POST' ? '{' : undefined; // refused before the body is looked at
    for (const authorization of [undefined, 'Bearer', 'Bearer unknown', 'Basic YTpi', `Bearer ${'x'.repeat(5_000)}`]) {
      const headers = { 'content-type': 'application/json', ...(authorization && { authorization }) };
      const answer = await gateway.call(method, path, { body, headers });
      expect(answer).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    }
  });

  it('without the scope is refused, and told which one it lacks', async () => {
    const { status, body } = await gateway.call('POST', '/v1/jobs', { as: 'reader', body: job });
    expect([status, body.code, body.detail]).toEqual([403, 'missing-scope', 'The key "reader" lacks the scope jobs:submit.']);
  });

  it('is needed by whatever way the route is written', async () => {
    for (const path of ['/%761/job-types', '/%76%31/job-types', '/v1/job%2dtypes', '/%761/jobs/io_1']) {
      await expect(gateway.call('GET', path)).resolves.toMatchObject({ status: 401 });
    }
  });
});
