import { setTimeout as delay } from 'node:timers/promises';
import { connectProducer, type RedisClient } from '@dts/queue';
import { waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, type Gateway, type KeyId, startGateway } from '../fixtures/gateway.js';

const LEASE_MS = 3_000;
const PAYLOAD = { title: 'Invoices' };
const RESULT = { document: 'x', rows: 0 };
const worker = (id = 'w1', busy = 0) => ({ id, slots: 4, busy });

let gateway: Gateway;
let redis: RedisClient;

beforeAll(async () => {
  gateway = await startGateway({ LEASE_DURATION: String(LEASE_MS) });
  redis = connectProducer(gateway.env.REDIS_URL, () => undefined);
  await waitFor(() => redis.status === 'ready');
  // The gateway's own connections may come later, until when it answers 503.
  await waitFor(
    async () => (await ask({ wait: 0 })).status === 200 && (await gateway.call('GET', '/v1/queues', { as: 'viewer' })).status === 200,
  );
});
afterAll(async () => {
  redis.disconnect();
  await gateway[Symbol.asyncDispose]();
});

const post = (path: string, body?: unknown, as: KeyId = 'worker') => gateway.call('POST', `/v1/${path}`, { as, body });
async function submit(options: object = {}): Promise<string> {
  return (await post('jobs', { name: 'report.render', payload: PAYLOAD, ...options }, 'caller')).body.id;
}
const read = async (id: string) => (await gateway.call('GET', `/v1/jobs/${id}`, { as: 'caller' })).body;
const ask = (body: object = {}) => post('leases', { queues: ['external'], worker: worker(), wait: 5, ...body });
async function lease(body?: object) {
  const given = await waitFor(async () => {
    const { status, body: answer } = await ask(body);
    return status === 200 && answer.leases.length > 0 && answer.leases; // a 503 is asked again, as every worker does
  });
  expect(given).toHaveLength(1);
  return given[0];
}
const on = (token: string, verb: string, body?: unknown) => post(`leases/${token}:${verb}`, body);
const lost = (answer: Answer) => expect(answer).toMatchObject({ status: 409, body: { code: 'lease-lost' } });

describe('a lease', () => {
  it('has all that a worker needs, and ends with the result', async () => {
    const id = await submit({ timeout: 60_000, tags: ['t'] });
    const given = await lease();
    expect(given).toMatchObject({
      jobId: id,
      name: 'report.render',
      queue: 'external',
      tenant: 'acme',
      attempt: 1,
      payload: { ...PAYLOAD, columns: [], rows: [], format: 'text' },
      tags: ['t'],
      timeoutMs: 60_000,
      heartbeatMs: Math.floor(LEASE_MS / 3),
      quarantine: false,
      idempotencyKey: id,
      children: 0,
      traceparent: null,
      tracestate: null,
    });
    expect(Date.parse(given.deadline) - Date.parse(given.leaseExpiresAt)).toBe(60_000 - LEASE_MS);
    expect(await read(id)).toMatchObject({ state: 'active', attempts: [{ worker: 'worker/w1' }] });
    expect(await on(given.leaseToken, 'complete', { result: RESULT })).toMatchObject({ status: 200, body: { outcome: 'completed' } });
    expect(await read(id)).toMatchObject({ state: 'completed', result: RESULT });
  });

  it('takes progress and log lines', async () => {
    const id = await submit();
    const { leaseToken } = await lease();
    expect((await on(leaseToken, 'progress', { progress: { done: 1 } })).status).toBe(200);
    expect((await on(leaseToken, 'log', { lines: ['a', 'b'] })).status).toBe(200);
    expect((await on(leaseToken, 'progress', { progress: { text: 'x'.repeat(20_000) } })).status).toBe(422);
    await on(leaseToken, 'complete', { result: RESULT });
    expect(await read(id)).toMatchObject({ progress: { done: 1 } });
    const logs = await gateway.call('GET', `/v1/jobs/${id}/logs`, { as: 'caller' });
    expect(logs.body.items.map(({ text }: { text: string }) => text)).toEqual(['a', 'b']);
  });

  it('is over when it was completed, and every further call changes nothing', async () => {
    const id = await submit();
    const { leaseToken } = await lease();
    await on(leaseToken, 'complete', { result: RESULT });
    const before = await read(id);
    for (const [verb, body] of [
      ['complete', { result: { document: 'other', rows: 1 } }],
      ['fail', { error: { message: 'x' } }],
      ['release', undefined],
      ['heartbeat', undefined],
      ['progress', { progress: 1 }],
      ['log', { lines: ['x'] }],
    ] as const) {
      lost(await on(leaseToken, verb, body));
    }
    expect(await read(id)).toEqual(before);
  });

  it('is taken back when it is not extended, and its first holder is too late', async () => {
    const id = await submit();
    const first = await lease();
    const second = await lease({ wait: 10, worker: worker('w2') });
    expect(second).toMatchObject({ jobId: id, attempt: 1, start: 2 });
    lost(await on(first.leaseToken, 'complete', { result: { document: 'late', rows: 9 } }));
    expect((await on(second.leaseToken, 'complete', { result: RESULT })).status).toBe(200);
    expect(await read(id)).toMatchObject({ state: 'completed', result: RESULT, attemptsMade: 1 });
  });

  it('holds as long as it is extended', async () => {
    const id = await submit();
    const { leaseToken } = await lease();
    const until = Date.now() + 2 * LEASE_MS;
    while (Date.now() < until) {
      expect(await on(leaseToken, 'heartbeat')).toMatchObject({ status: 200, body: { directive: 'continue' } });
      await delay(LEASE_MS / 4);
    }
    await on(leaseToken, 'complete', { result: RESULT });
    expect((await redis.hget(`${gateway.env.QUEUE_PREFIX}:external:${id}`, 'ats')) ?? '').toBe('1');
  });

  it('goes back at once, to the head of the queue, and uses up no attempt', async () => {
    const [first, second] = [await submit(), await submit()];
    const given = await lease();
    expect(given.jobId).toBe(first);
    expect(await on(given.leaseToken, 'release')).toMatchObject({ status: 200, body: { outcome: 'released' } });
    const again = await lease();
    expect(again).toMatchObject({ jobId: first, attempt: 1 });
    await on(again.leaseToken, 'complete', { result: RESULT });
    const last = await lease();
    expect(last.jobId).toBe(second);
    await on(last.leaseToken, 'complete', { result: RESULT });
  });
});

describe('a failed attempt', () => {
  it('is tried again, after the wait that the worker names', async () => {
    const id = await submit();
    const { leaseToken } = await lease();
    const failed = await on(leaseToken, 'fail', { error: { code: 'busy', message: 'no' }, retryAfterMs: 1 });
    expect(failed).toMatchObject({ status: 200, body: { outcome: 'retrying', retryInMs: 1, error: { code: 'busy' } } });
    const again = await lease();
    expect(again).toMatchObject({ jobId: id, attempt: 2 });
    await on(again.leaseToken, 'complete', { result: RESULT });
    expect(await read(id)).toMatchObject({
      state: 'completed',
      attempts: [{ number: 1, worker: 'worker/w1', error: { code: 'busy', message: 'no' } }, { number: 2 }],
    });
  });

  it('ends the job when no other may succeed, or is left', async () => {
    const final = await submit();
    expect(await on((await lease()).leaseToken, 'fail', { error: { message: 'never' }, retryable: false })).toMatchObject({
      body: { outcome: 'dead', error: { code: 'final', message: 'never' } },
    });
    expect(await read(final)).toMatchObject({ state: 'dead', error: { code: 'final' } });
    const last = await submit({ attempts: 1 });
    expect((await on((await lease()).leaseToken, 'fail', { error: { message: 'x' } })).body).toMatchObject({ outcome: 'dead' });
    expect(await read(last)).toMatchObject({ state: 'dead', error: { code: 'handler-error' } });
  });

  it('is known by its own code, also where its message was cut within a character', async () => {
    const id = await submit();
    const message = `${'x'.repeat(1_999)}\u{1f600}`;
    await on((await lease()).leaseToken, 'fail', { error: { code: 'broken', message }, retryable: false });
    expect(await read(id)).toMatchObject({ error: { code: 'broken' }, attempts: [{ error: { code: 'broken' } }] });
  });

  it.each([
    ['invalid-result', { nonsense: true }],
    ['result-too-large', { document: 'x'.repeat(300 * 1024), rows: 0 }],
  ])('is one whose result cannot be kept: %s', async (code, result) => {
    const id = await submit();
    expect(await on((await lease()).leaseToken, 'complete', { result })).toMatchObject({
      status: 200,
      body: { outcome: 'dead', error: { code } },
    });
    expect(await read(id)).toMatchObject({ state: 'dead', error: { code }, result: null });
  });
});

describe('a job that is to stop', () => {
  it('is told so when it is cancelled, and ends cancelled whatever its worker says', async () => {
    const id = await submit();
    const { leaseToken } = await lease();
    await gateway.call('DELETE', `/v1/jobs/${id}`, { as: 'caller' });
    expect((await on(leaseToken, 'heartbeat')).body).toMatchObject({ directive: 'cancel', reason: 'cancelled' });
    expect((await on(leaseToken, 'fail', { error: { message: 'stopped' } })).body).toMatchObject({ outcome: 'cancelled' });
    expect(await read(id)).toMatchObject({ state: 'cancelled' });
  });

  it('is told so when its time is up, and has used up the attempt', async () => {
    const id = await submit({ timeout: 200, attempts: 1 });
    const { leaseToken } = await lease();
    await delay(250);
    expect((await on(leaseToken, 'heartbeat')).body).toMatchObject({ directive: 'cancel', reason: 'timeout' });
    expect((await on(leaseToken, 'fail', { error: { message: 'stopped' } })).body).toMatchObject({
      outcome: 'dead',
      error: { code: 'timeout' },
    });
    expect(await read(id)).toMatchObject({ state: 'dead', error: { code: 'timeout' } });
  });

  it('is not waited for when its worker goes on for long', async () => {
    const id = await submit();
    const { leaseToken } = await lease();
    await gateway.call('DELETE', `/v1/jobs/${id}`, { as: 'caller' });
    await waitFor(async () => (await on(leaseToken, 'heartbeat')).status === 409, { timeoutMs: 15_000 });
    expect(await read(id)).toMatchObject({ state: 'cancelled' });
    lost(await on(leaseToken, 'complete', { result: RESULT }));
  });

  it('is not leased when it was cancelled, or has expired, before it started', async () => {
    const cancelled = await submit();
    await gateway.call('DELETE', `/v1/jobs/${cancelled}`, { as: 'caller' });
    const expired = await submit({ startBy: new Date(Date.now() - 1_000).toISOString() });
    expect((await ask({ wait: 0 })).body.leases).toEqual([]);
    await waitFor(async () => (await read(expired)).state === 'expired');
    await waitFor(async () => (await read(cancelled)).state === 'cancelled');
  });
});

describe('many at once', () => {
  it('are leased, kept and completed together, each for itself', async () => {
    const ids = await Promise.all(Array.from({ length: 30 }, () => submit()));
    const tokens: string[] = [];
    while (tokens.length < 30) {
      const { leases } = (await ask({ max: 100 })).body;
      tokens.push(...leases.map(({ leaseToken }: { leaseToken: string }) => leaseToken));
    }
    const gone = tokens[7] as string;
    await on(gone, 'fail', { error: { message: 'x' }, retryable: false });
    const beats = await post('leases:heartbeat', { worker: worker('w1', 30), queues: ['external'], leaseTokens: tokens });
    expect(beats.body.leases.map(({ directive }: { directive: string }) => directive)).toEqual(
      tokens.map((token) => (token === gone ? 'lost' : 'continue')),
    );
    const done = await post('leases:complete', { leases: tokens.map((leaseToken) => ({ leaseToken, result: RESULT })) });
    expect(done.body.results.map(({ status }: { status: number }) => status)).toEqual(tokens.map((token) => (token === gone ? 409 : 200)));
    const states = await Promise.all(ids.map(async (id) => (await read(id)).state));
    expect(states.filter((state) => state === 'completed')).toHaveLength(29);
  });

  it.each([
    ['ASCII', 'x'.repeat(200_000)],
    ['two bytes each', 'ü'.repeat(100_000)],
  ])('are no more than fit into one answer: the others go back, and use up no attempt (%s)', async (_what, text) => {
    const payload = { ...PAYLOAD, rows: [[text]] };
    const ids = await Promise.all(Array.from({ length: 25 }, () => submit({ payload })));
    const ended: string[] = [];
    while (ended.length < ids.length) {
      const { leases } = (await ask({ max: 100 })).body as { leases: { leaseToken: string; jobId: string }[] };
      expect(leases.length).toBeLessThanOrEqual(20);
      await post('leases:complete', { leases: leases.map(({ leaseToken }) => ({ leaseToken, result: RESULT })) });
      ended.push(...leases.map(({ jobId }) => jobId));
    }
    expect(ended.sort()).toEqual(ids.sort());
    for (const id of ids) expect(await read(id)).toMatchObject({ state: 'completed', attemptsMade: 1 });
  });
});

describe('waiting', () => {
  it('ends with a job as soon as there is one, first come first served', async () => {
    const answered: string[] = [];
    const waiting = ['a', 'b', 'c'].map(async (id) => {
      const { body } = await ask({ wait: 20, worker: worker(id) });
      answered.push(id);
      return body.leases[0];
    });
    await waitFor(async () => (await gateway.call('GET', '/v1/workers', { as: 'viewer' })).body.items.length >= 3);
    for (let count = 1; count <= 3; count++) {
      await submit();
      await waitFor(() => answered.length === count);
    }
    for (const { leaseToken } of await Promise.all(waiting)) await on(leaseToken, 'complete', { result: RESULT });
    expect(answered).toHaveLength(3);
  });

  it('ends without one when the time is up', async () => {
    expect((await ask({ wait: 1 })).body).toEqual({ directive: 'continue', leases: [] });
  });

  it('of one who has gone takes no job', async () => {
    const controller = new AbortController();
    const left = fetch(`${gateway.url}/v1/leases`, {
      method: 'POST',
      signal: controller.signal,
      headers: { authorization: `Bearer ${'worker-'.padEnd(40, '0')}`, 'content-type': 'application/json' },
      body: JSON.stringify({ queues: ['external'], wait: 20, worker: worker('leaver') }),
    }).catch(() => undefined);
    await waitFor(async () =>
      (await gateway.call('GET', '/v1/workers', { as: 'viewer' })).body.items.some(({ id }: { id: string }) => id === 'worker/leaver'),
    );
    controller.abort();
    await left;
    const id = await submit();
    const given = await lease();
    expect(given).toMatchObject({ jobId: id });
    await on(given.leaseToken, 'complete', { result: RESULT });
  });
});

describe('who may lease', () => {
  it('is a key with the scope, of queues that are leased', async () => {
    expect(await post('leases', { queues: ['external'], worker: worker() }, 'caller')).toMatchObject({ status: 403 });
    expect(await ask({ queues: ['io'] })).toMatchObject({ status: 422, body: { errors: [{ pointer: '/queues/0' }] } });
    expect((await post('jobs', { name: 'report.render', payload: PAYLOAD })).status).toBe(403);
  });

  it('sends what fits, and what is no token is none', async () => {
    expect(await ask({ max: 0, surprise: 1 })).toMatchObject({ status: 422 });
    for (const token of ['nonsense', 'external_x.y', `io_${'0'.repeat(26)}.${'0'.repeat(26)}`]) lost(await on(token, 'heartbeat'));
  });
});

describe('the registry', () => {
  it('knows who leases, how busy it is, and when it drains', async () => {
    await ask({ wait: 0, worker: { ...worker('reg', 2), host: 'h', pid: 7, version: 'python/1' } });
    const list = async () =>
      (await gateway.call('GET', '/v1/workers', { as: 'viewer' })).body.items.find(({ id }: { id: string }) => id === 'worker/reg');
    expect(await list()).toMatchObject({
      host: 'h',
      pid: 7,
      version: 'python/1',
      queues: [{ name: 'external', slots: 4, busy: 2 }],
      draining: false,
    });
    await redis.set(`${gateway.env.QUEUE_PREFIX}:drain:worker/reg`, '1', 'PX', 60_000);
    expect((await ask({ wait: 20, worker: worker('reg') })).body).toEqual({ directive: 'drain', leases: [] });
    expect(await list()).toMatchObject({ draining: true });
  });

  it('goes by what a worker told last, also while it waits', async () => {
    const own = { ...worker('both', 3) };
    const waiting = ask({ wait: 5, worker: own });
    const busy = async () =>
      (await gateway.call('GET', '/v1/workers', { as: 'viewer' })).body.items.find(({ id }: { id: string }) => id === 'worker/both')?.busy;
    await waitFor(async () => (await busy()) === 3);
    await post('leases:heartbeat', { worker: { ...own, busy: 0 }, queues: ['external'], leaseTokens: [] });
    expect((await waiting).body.leases).toEqual([]);
    expect(await busy()).toBe(0);
  });
});
