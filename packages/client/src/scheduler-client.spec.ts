import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SchedulerClient, type SchedulerClientOptions } from './scheduler-client.js';
import { ScriptedGateway } from './testing/scripted-gateway.js';
import type { Retry } from './transport.js';

const PAYLOAD = { url: 'https://billing.internal/hook' };
const JOB = { id: 'io_1', name: 'http.request', state: 'waiting', payload: PAYLOAD };
const UNAVAILABLE = { status: 503, body: { code: 'unavailable', detail: 'The queue is not available.' } };

let gateway: ScriptedGateway;

beforeEach(async () => {
  gateway = new ScriptedGateway();
  await gateway.start();
});
afterEach(() => gateway.stop());

const client = (options: Partial<SchedulerClientOptions> = {}) => new SchedulerClient({ url: gateway.url, apiKey: 'k', ...options });

describe('submit', () => {
  it('sends name, payload and options, with the API key and the given idempotency key', async () => {
    gateway.script = [{ status: 201, body: JOB }];
    const runAt = new Date('2030-01-01T00:00:00Z');
    const job = await client().submit('http.request', PAYLOAD, { idempotencyKey: 'order-7', runAt, priority: 2 });
    expect(job).toEqual({ ...JOB, replayed: false });
    expect(gateway.seen[0]).toMatchObject({ method: 'POST', path: '/v1/jobs' });
    expect(gateway.seen[0]?.headers).toMatchObject({
      authorization: 'Bearer k',
      'content-type': 'application/json',
      'idempotency-key': 'order-7',
    });
    const sent = { name: 'http.request', payload: PAYLOAD, runAt: '2030-01-01T00:00:00.000Z', priority: 2 };
    expect(JSON.parse(gateway.seen[0]?.body ?? '')).toEqual(sent);
  });

  it('mints one key a call', async () => {
    gateway.script = [UNAVAILABLE, { status: 201, body: JOB }];
    await client().submit('http.request', PAYLOAD);
    await client().submit('http.request', PAYLOAD);
    const [first, repeated, other] = gateway.keys;
    expect(first).toMatch(/^[0-9a-f-]{36}$/);
    expect(repeated).toBe(first);
    expect(other).not.toBe(first);
  });

  it('repeats with the same key what may do better, and tells each repetition', async () => {
    gateway.script = ['reset', { status: 502, body: 'Bad gateway' }, { status: 429 }, { status: 504 }, { status: 200, body: JOB }];
    const retries: Retry[] = [];
    const job = await client().submit('http.request', PAYLOAD, { onRetry: (retry) => retries.push(retry) });
    expect(job.replayed).toBe(true);
    expect(new Set(gateway.keys).size).toBe(1);
    expect(retries.map((retry) => [retry.number, retry.error.code, retry.error.status])).toEqual([
      [1, 'network', 0],
      [2, 'bad-answer', 502],
      [3, 'bad-answer', 429],
      [4, 'bad-answer', 504],
    ]);
  });

  it('waits as long as Retry-After says', async () => {
    gateway.script = [
      { ...UNAVAILABLE, headers: { 'retry-after': '1' } },
      { status: 201, body: JOB },
    ];
    await client().submit('http.request', PAYLOAD);
    const [first, second] = gateway.seen;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(999);
  });

  it('throws for a payload that is no JSON, and sends nothing', async () => {
    const caller = client({ retries: 1 });
    await expect(caller.submit('http.request', { ...PAYLOAD, json: 1n as unknown as number })).rejects.toThrow(TypeError);
    await expect(caller.flows.submit({ name: 'http.request', payload: { ...PAYLOAD, json: 1n as unknown as number } })).rejects.toThrow(
      TypeError,
    );
    expect(gateway.seen).toEqual([]);
  });

  it('does not repeat what stays wrong', async () => {
    const body = { code: 'invalid-request', detail: 'It does not fit.', errors: [{ pointer: '/payload/url', detail: 'must be a URL' }] };
    gateway.script = [{ status: 422, body }];
    await expect(client().submit('http.request', PAYLOAD)).rejects.toMatchObject({ status: 422, ...body });
    expect(gateway.seen).toHaveLength(1);
  });

  it('gives up after `retries`, with the last problem and the key to go on with', async () => {
    gateway.script = [UNAVAILABLE];
    const submitting = client({ retries: 2 }).submit('http.request', PAYLOAD, { idempotencyKey: 'order-7' });
    await expect(submitting).rejects.toMatchObject({ status: 503, code: 'unavailable', idempotencyKey: 'order-7' });
    expect(gateway.seen).toHaveLength(3);
  });

  it('gives up at once when the next try would come after `timeoutMs`', async () => {
    gateway.script = [{ ...UNAVAILABLE, headers: { 'retry-after': '60' } }];
    await expect(client({ timeoutMs: 500 }).submit('http.request', PAYLOAD)).rejects.toMatchObject({ status: 503, retryAfterMs: 60_000 });
    expect(gateway.seen).toHaveLength(1);
  });

  it('does not wait for ever for an answer', async () => {
    gateway.script = ['silence'];
    await expect(client({ timeoutMs: 100 }).submit('http.request', PAYLOAD)).rejects.toMatchObject({ status: 0, code: 'timeout' });
  });

  it('says that nobody answers', async () => {
    const { url } = gateway;
    const caller = client({ retries: 0 });
    await gateway.stop();
    await expect(caller.submit('http.request', PAYLOAD)).rejects.toMatchObject({
      code: 'network',
      message: `no answer from ${url}`,
    });
    await gateway.start();
  });

  it('refuses an answer that is not JSON, once', async () => {
    gateway.script = [{ status: 200, body: '<html>hello</html>' }];
    await expect(client().submit('http.request', PAYLOAD)).rejects.toMatchObject({ status: 200, code: 'bad-answer' });
    expect(gateway.seen).toHaveLength(1);
  });

  it.each(['silence' as const, { ...UNAVAILABLE, headers: { 'retry-after': '60' } }])(
    'ends with the reason of the signal (%j)',
    async (step) => {
      gateway.script = [step];
      const asked = gateway.nextRequest();
      const stop = new AbortController();
      const submitting = client({ timeoutMs: 120_000 }).submit('http.request', PAYLOAD, { signal: stop.signal });
      await asked;
      stop.abort(new Error('shutting down'));
      await expect(submitting).rejects.toThrow('shutting down');
    },
  );
});

describe('submitMany', () => {
  const job = { name: 'http.request', payload: PAYLOAD } as const;
  const taken = (id: string, status = 201) => ({ status, job: { ...JOB, id } });
  const refused = (status: number, code: string) => ({ status, problem: { code, status, detail: `It is ${code}.`, jobId: 'io_9' } });
  const answer = (...results: unknown[]) => ({ status: 200, body: { results } });
  const sent = (request: number) => JSON.parse(gateway.seen[request]?.body ?? '').jobs as Record<string, unknown>[];

  it('sends each job with its options and a key, and tells of each what became of it', async () => {
    gateway.script = [answer(taken('io_1'), taken('io_2', 200), refused(422, 'invalid-request'))];
    const results = await client().submitMany([{ ...job, idempotencyKey: 'order-7', priority: 2 }, job, job]);
    expect(gateway.seen[0]).toMatchObject({ method: 'POST', path: '/v1/jobs:batch', headers: { authorization: 'Bearer k' } });
    expect(sent(0)[0]).toEqual({ ...job, idempotencyKey: 'order-7', priority: 2 });
    expect(results).toMatchObject([
      { idempotencyKey: 'order-7', job: { id: 'io_1', replayed: false } },
      { idempotencyKey: sent(0)[1]?.idempotencyKey, job: { id: 'io_2', replayed: true } },
      { idempotencyKey: sent(0)[2]?.idempotencyKey, error: { status: 422, code: 'invalid-request', detail: 'It is invalid-request.' } },
    ]);
    expect(new Set(sent(0).map(({ idempotencyKey }) => idempotencyKey)).size).toBe(3);
  });

  it('repeats those that may do better, and only those, with the same keys', async () => {
    gateway.script = [
      'reset',
      answer(refused(503, 'outcome-unknown'), taken('io_2'), refused(429, 'backlog-full'), refused(404, 'unknown-job')),
      answer(taken('io_1', 200), refused(429, 'backlog-full')),
      answer(taken('io_3')),
    ];
    const retries: Retry[] = [];
    const results = await client().submitMany([job, job, job, job], { onRetry: (retry) => retries.push(retry) });
    expect(results.map((result) => result.job?.id ?? result.error?.code)).toEqual(['io_1', 'io_2', 'io_3', 'unknown-job']);
    const keys = sent(0).map(({ idempotencyKey }) => idempotencyKey);
    expect(results.map(({ idempotencyKey }) => idempotencyKey)).toEqual(keys);
    expect([1, 2, 3].map((request) => sent(request).map(({ idempotencyKey }) => idempotencyKey))).toEqual([
      keys,
      [keys[0], keys[2]],
      [keys[2]],
    ]);
    expect(retries.map(({ error }) => error.code)).toEqual(['network', 'outcome-unknown', 'backlog-full']);
  });

  it('gives up after `retries`, and tells each job its own last error', async () => {
    gateway.script = [answer(taken('io_1'), refused(503, 'outcome-unknown')), UNAVAILABLE];
    const results = await client({ retries: 1 }).submitMany([job, job]);
    expect(results).toMatchObject([{ job: { id: 'io_1' } }, { error: { code: 'outcome-unknown', jobId: 'io_9' } }]);
  });

  it('tells every job when the whole is refused', async () => {
    gateway.script = [{ status: 401, body: { code: 'unauthenticated', detail: 'Send a key.' } }];
    await expect(client().submitMany([job, job])).resolves.toMatchObject(Array(2).fill({ error: { code: 'unauthenticated' } }));
    gateway.script = [answer(taken('io_1'))];
    await expect(client().submitMany([job, job])).resolves.toMatchObject(Array(2).fill({ error: { code: 'bad-answer' } }));
  });

  it('sends what is too much for one request in parts', async () => {
    const big = { ...job, payload: { ...PAYLOAD, text: 'x'.repeat(1024 * 1024) } };
    gateway.script = [
      answer(...Array(1_000).fill(taken('io_1'))),
      answer(taken('io_2'), ...Array(6).fill(taken('io_3'))),
      answer(taken('io_4')),
    ];
    const results = await client().submitMany([...Array(1_001).fill(job), ...Array(7).fill(big)]);
    expect(gateway.seen.map((_request, index) => sent(index).length)).toEqual([1_000, 7, 1]);
    expect(results.at(-1)).toMatchObject({ job: { id: 'io_4' } });
    expect(results).toHaveLength(1_008);
  });

  it('asks nobody about nothing, and refuses what can not be sent', async () => {
    await expect(client().submitMany([])).resolves.toEqual([]);
    await expect(client().submitMany([{ ...job, idempotencyKey: 'a b' }])).rejects.toThrow('an idempotency key has 1 to 255');
    expect(gateway.seen).toEqual([]);
  });
});

describe('get', () => {
  it('reads a job', async () => {
    gateway.script = [{ status: 200, body: JOB }];
    await expect(client().get('io_1')).resolves.toEqual(JOB);
    expect(gateway.seen[0]?.path).toBe('/v1/jobs/io_1');
  });

  it('tells that there is none', async () => {
    gateway.script = [{ status: 404, body: { code: 'job-not-found', detail: 'There is no such job.', requestId: 'r-1' } }];
    await expect(client().get('io/../1')).rejects.toMatchObject({ status: 404, code: 'job-not-found', requestId: 'r-1' });
    expect(gateway.seen[0]?.path).toBe('/v1/jobs/io%2F..%2F1');
  });
});

describe('waitFor', () => {
  it('asks again until the job has finished', async () => {
    const dead = { ...JOB, state: 'dead', error: { code: 'http-status', message: '404' } };
    gateway.script = [{ status: 200, body: { ...JOB, state: 'active' } }, UNAVAILABLE, { status: 200, body: dead }];
    await expect(client().waitFor('io_1')).resolves.toEqual(dead);
    expect(gateway.seen.map((request) => request.path)).toEqual(Array(3).fill('/v1/jobs/io_1?wait=30'));
  });

  it('tells the state of a job that has not finished in time', async () => {
    gateway.script = [{ status: 200, body: { ...JOB, state: 'active' } }];
    await expect(client().waitFor('io_1', { timeoutMs: 100 })).rejects.toMatchObject({
      code: 'wait-timeout',
      message: 'job io_1 is active after 100 ms',
    });
  });
});

describe('the client', () => {
  it('lists the job types', async () => {
    gateway.script = [{ status: 200, body: { items: [{ name: 'http.request' }], nextCursor: null } }];
    await expect(client({ url: `${gateway.url}/` }).jobTypes()).resolves.toEqual([{ name: 'http.request' }]);
    expect(gateway.seen[0]?.path).toBe('/v1/job-types');
  });

  it.each(['', 'zwölf', 'a b', 'x'.repeat(256)])('refuses %j as a key of either kind', async (key) => {
    expect(() => client({ apiKey: key })).toThrow(key === '' ? 'an API key is needed' : 'an API key has visible ASCII characters only');
    await expect(client().submit('http.request', PAYLOAD, { idempotencyKey: key })).rejects.toThrow('an idempotency key has 1 to 255');
    expect(gateway.seen).toEqual([]);
  });

  it('refuses a URL that is none', () => {
    expect(() => client({ url: 'localhost:3000' })).toThrow('"localhost:3000" is not the URL of a gateway, such as http://127.0.0.1:3000');
    expect(() => client({ url: 'http://127.0.0.1:3000/?tenant=acme' })).toThrow('is not the URL of a gateway');
    expect(() => client({ url: 'https://ada:secret@dts.example' })).toThrow(/^what was given is not the URL of a gateway/);
  });

  it('calls a gateway below a path', async () => {
    gateway.script = [{ status: 200, body: JOB }];
    await client({ url: `${gateway.url}/scheduler/` }).get('io_1');
    expect(gateway.seen[0]?.path).toBe('/scheduler/v1/jobs/io_1');
  });
});
