import { Admission, AuditLog, connectProducer, JobClient, openQueues, type RedisClient } from '@dts/queue';
import { createLogger, loadEnv } from '@dts/runtime';
import { type RedisServer, startRedis, testPrefix, waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { register } from 'prom-client';
import { appModule } from './app.module.js';
import { scalerEnv } from './env.js';

const SECRETS = { operator: 'o'.repeat(43), reader: 'r'.repeat(43) };
const API_KEYS = JSON.stringify([
  { id: 'operator', key: SECRETS.operator, scopes: ['ops:write'], tenant: 'ops' },
  { id: 'reader', key: SECRETS.reader, scopes: ['ops:read'], tenant: 'ops' },
]);

/** Milliseconds: half of what a test has. */
const PATIENCE = { timeoutMs: 10_000 };

let redis: RedisServer;
let client: RedisClient;
let prefix: string;
let jobs: JobClient;
let app: NestFastifyApplication;
let url: string;

beforeEach(async () => {
  redis = await startRedis();
  prefix = testPrefix();
  client = connectProducer(redis.url, () => {});
  const queues = openQueues(client, prefix, () => {});
  jobs = new JobClient(queues, client, prefix, new Admission(queues, client, 1_000));
  register.clear();
  const settings = { REDIS_URL: redis.url, QUEUE_PREFIX: prefix, SIGNAL_INTERVAL: '100', LOG_LEVEL: 'silent', API_KEYS };
  const env = loadEnv(scalerEnv, settings);
  app = await NestFactory.create<NestFastifyApplication>(appModule(env, createLogger('scaler', env)), new FastifyAdapter(), {
    logger: false,
    bodyParser: false,
  });
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
  await waitFor(async () => client.status === 'ready' && (await read()).leads && (await readiness()).status === 200, PATIENCE);
}, 40_000);
afterEach(async () => {
  await app.close();
  client.disconnect();
  await redis.stop();
});

interface Pool {
  readonly pool: string;
  readonly mode: string;
  readonly queues: readonly ({ readonly signal: string } & Record<string, unknown>)[];
  readonly desired: number | null;
  readonly pin: { readonly replicas: number; readonly by: string } | null;
  readonly decision: { readonly steps: readonly { readonly name: string }[]; readonly signal: { readonly state: string } } | null;
}

interface Pools {
  readonly items: readonly Pool[];
  readonly leader: string | null;
  readonly leads: boolean;
  readonly policy: object;
}

const read = async () => (await (await fetch(`${url}/v1/pools`)).json()) as Pools;
const pool = async (name: string) => (await read()).items.find((item) => item.pool === name);
const queue = async (name: string) => (await pool(name))?.queues[0];
const signals = async () => (await read()).items.flatMap(({ queues }) => queues.map(({ signal }) => signal));
const readiness = async () => {
  const response = await fetch(`${url}/readyz`);
  return { status: response.status, problems: ((await response.json()) as { problems?: string[] }).problems };
};
const metrics = async (name: RegExp) => (await (await fetch(`${url}/metrics`)).text()).split('\n').filter((line) => name.test(line));
const submit = () => jobs.submit({ name: 'http.request', payload: { url: 'http://service.test/' }, options: {}, tenant: 't' });

describe('the scaler', () => {
  it('shows what it sees of every pool, what it would do, and why', async () => {
    await submit();
    await waitFor(async () => (await queue('io'))?.waiting === 1 && (await queue('io'))?.rates !== null, PATIENCE);
    const io = await waitFor(async () => {
      const seen = await pool('io');
      return seen?.desired === 1 && seen;
    }, PATIENCE);
    expect(io).toMatchObject({ mode: 'observe', target: { kind: 'dry-run' }, min: 1, current: 0, workers: 0, draining: [], pin: null });
    expect(io.decision).toMatchObject({ pool: 'io', current: 0, desired: 1, reason: expect.any(String), signal: { state: 'known' } });
    expect(io.queues[0]).toMatchObject({
      queue: 'io',
      signal: 'known',
      readAt: expect.stringMatching(/Z$/),
      oldestWaitingMs: expect.any(Number),
      rates: { arrivals: expect.any(Number) },
    });
    const { items, policy, leader, leads } = await read();
    expect(items.map(({ pool: name }) => name)).toEqual(['io', 'rate-limited', 'cpu']);
    expect({ policy, leader, leads }).toEqual({
      policy: { source: 'built in', loadedAt: expect.stringMatching(/Z$/), problem: null },
      leader: expect.stringContaining(`:${process.pid}:`),
      leads: true,
    });
    await expect(readiness()).resolves.toEqual({ status: 200, problems: undefined });
  });

  it('tells the same to Prometheus, stage for stage', async () => {
    await submit();
    await waitFor(async () => (await metrics(/^dts_pool_desired_workers/)).includes('dts_pool_desired_workers{pool="io"} 1'), PATIENCE);
    await waitFor(async () => (await metrics(/^dts_queue_jobs/)).includes('dts_queue_jobs{queue="io",state="waiting"} 1'), PATIENCE);
    const stages = () => metrics(/^dts_pool_stage_workers\{pool="io"/);
    await waitFor(async () => (await stages()).includes('dts_pool_stage_workers{pool="io",stage="unknown-service"} 1'), PATIENCE);
    expect(await metrics(/^dts_pool_workers\{pool="io"/)).toEqual(['dts_pool_workers{pool="io"} 0']);
    expect(await metrics(/^dts_scaler_(leader|policy_valid) /)).toEqual(['dts_scaler_leader 1', 'dts_scaler_policy_valid 1']);
    expect(await metrics(/^dts_scaler_decisions_total\{pool="io",outcome="up"/)).toHaveLength(1);
  });

  it('takes a Redis that is gone for unknown, never for empty, and sees again when it is back', async () => {
    await submit();
    await waitFor(async () => (await queue('io'))?.waiting === 1, PATIENCE);
    await redis.kill();
    await waitFor(async () => (await signals()).every((signal) => signal === 'unknown'), PATIENCE);
    expect(await queue('io')).toEqual({
      queue: 'io',
      description: expect.any(String),
      signal: 'unknown',
      reason: expect.any(String),
      failures: expect.any(Number),
    });
    await waitFor(async () => (await pool('io'))?.decision?.signal.state === 'unknown', PATIENCE);
    await expect(readiness()).resolves.toMatchObject({
      status: 503,
      problems: [
        expect.stringMatching(/^queue io: (there is no connection to Redis|Redis did not answer in time)$/),
        expect.any(String),
        expect.any(String),
      ],
    });
    expect(await metrics(/^dts_queue_/)).toEqual([]);
    expect(await metrics(/^dts_pool_raw_workers\{/)).toEqual([]);
    await redis.restart();
    await waitFor(async () => (await readiness()).status === 200, PATIENCE);
    await expect(queue('io')).resolves.toMatchObject({ signal: 'known', waiting: 1 });
    expect(await metrics(/^dts_queue_/)).toContain('dts_queue_jobs{queue="io",state="waiting"} 1');
  });

  it('takes a Redis that does not answer for unknown, too', async () => {
    await waitFor(async () => (await readiness()).status === 200, PATIENCE);
    redis.pause();
    await waitFor(async () => (await queue('io'))?.signal === 'unknown', PATIENCE);
    expect(await metrics(/^dts_queue_/)).toEqual([]);
    redis.resume();
    await waitFor(async () => (await readiness()).status === 200, PATIENCE);
    expect((await metrics(/^dts_queue_/)).length).toBeGreaterThan(0);
  });

  it('keeps what it has decided', async () => {
    const list = async (query = '') => {
      const response = await fetch(`${url}/v1/decisions${query}`);
      return {
        status: response.status,
        body: (await response.json()) as { items: { id: string; at: string; pool: string }[]; nextCursor: string },
      };
    };
    await waitFor(async () => (await list('?pool=io')).body.items.length >= 3, PATIENCE);
    const { body } = await list('?pool=io&limit=2');
    expect(body).toEqual({
      items: [expect.objectContaining({ pool: 'io' }), expect.objectContaining({ pool: 'io' })],
      nextCursor: body.items[1]?.id,
    });
    const next = await list(`?pool=io&limit=1&cursor=${body.nextCursor}`);
    expect(Date.parse(String(next.body.items[0]?.at))).toBeLessThan(Date.parse(String(body.items[1]?.at)));
    expect((await list('?limit=0')).status).toBe(422);
    expect((await list('?cursor=x')).body).toMatchObject({ code: 'invalid-request', errors: [{ parameter: 'cursor' }] });
    expect((await list('?colour=red')).body).toMatchObject({
      errors: [{ parameter: 'colour', detail: expect.stringContaining('not a par') }],
    });
  });

  it.each([
    ['/v1/decisions?cursor=99999999999999999999-0', 422, 'cursor'],
    ['/v1/decisions?limit=1&limit=2', 422, 'limit'],
    ['/v1/decisions?limit=', 422, 'limit'],
    ['/v1/decisions?pool=', 422, 'pool'],
    ['/v1/pools?pool=io', 422, 'pool'],
    ['/v1/decisions?pool=oi', 404, undefined],
  ])('answers %s with %i, naming what is wrong', async (path, status, parameter) => {
    const response = await fetch(`${url}${path}`);
    expect(response.status).toBe(status);
    const body = (await response.json()) as { errors?: readonly object[]; detail: string };
    expect(body.errors ?? body.detail).toEqual(
      parameter ? [{ parameter, detail: expect.any(String) }] : 'There is no pool "oi". Known: io, rate-limited, cpu.',
    );
  });
});

describe('a pin', () => {
  const call = async (method: string, name: string, body?: unknown, secret?: string) => {
    const response = await fetch(`${url}/v1/pools/${name}/pin`, {
      method,
      headers: {
        ...(secret !== undefined && { authorization: `Bearer ${secret}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, type: response.headers.get('content-type'), body: text === '' ? undefined : JSON.parse(text) };
  };
  const PIN = { replicas: 2, forSeconds: 60 };
  const entries = async () => (await new AuditLog(client, prefix).list(10)).items;

  it('goes before the load until it is taken back', async () => {
    const answer = await call('PUT', 'io', PIN, SECRETS.operator);
    expect(answer).toMatchObject({ status: 200, body: { pool: 'io', replicas: 2, until: expect.stringMatching(/Z$/), by: 'operator' } });
    await waitFor(
      async () => (await pool('io'))?.desired === 2 || (await pool('io'))?.decision?.steps.some(({ name }) => name === 'pin'),
      PATIENCE,
    );
    expect((await pool('io'))?.pin).toMatchObject({ replicas: 2, by: 'operator' });
    expect(await metrics(/^dts_pool_pinned\{pool="io"/)).toEqual(['dts_pool_pinned{pool="io"} 1']);
    await expect(call('DELETE', 'io', undefined, SECRETS.operator)).resolves.toMatchObject({ status: 204 });
    await waitFor(async () => (await pool('io'))?.pin === null && (await pool('io'))?.desired === 1, PATIENCE);
    expect((await entries()).map(({ action, target, keyId, outcome }) => ({ action, target, keyId, outcome }))).toEqual([
      { action: 'pool.unpin', target: 'io', keyId: 'operator', outcome: 'done' },
      { action: 'pool.pin', target: 'io', keyId: 'operator', outcome: 'done' },
    ]);
  });

  it('ends by itself', async () => {
    await call('PUT', 'io', { replicas: 2, forSeconds: 1 }, SECRETS.operator);
    await waitFor(async () => (await pool('io'))?.pin !== null, PATIENCE);
    await waitFor(async () => (await pool('io'))?.pin === null && (await pool('io'))?.desired === 1, PATIENCE);
  });

  it.each([
    ['no key', 'io', PIN, undefined, 401, 'unauthenticated'],
    ['a key that nobody has', 'io', PIN, 'x'.repeat(43), 401, 'unauthenticated'],
    ['a key that may only look', 'io', PIN, SECRETS.reader, 403, 'missing-scope'],
    ['a pool that is not there', 'no-pool', PIN, SECRETS.operator, 404, 'pool-not-found'],
    ['too many workers', 'io', { ...PIN, replicas: 1_001 }, SECRETS.operator, 422, 'invalid-request'],
    ['no end', 'io', { replicas: 1 }, SECRETS.operator, 422, 'invalid-request'],
    ['what is not a pin', 'io', { ...PIN, colour: 'red' }, SECRETS.operator, 422, 'invalid-request'],
    ['no body', 'io', undefined, SECRETS.operator, 422, 'invalid-request'],
    ['what is not JSON', 'io', '{', SECRETS.operator, 400, 'bad-request'],
    ['far too much', 'io', ' '.repeat(2_000_000), SECRETS.operator, 413, 'payload-too-large'],
  ])('is refused with %s', async (_what, name, body, secret, status, code) => {
    await expect(call('PUT', name, body, secret)).resolves.toMatchObject({
      status,
      type: expect.stringContaining('application/problem+json'),
      body: { code, status },
    });
    expect(await entries()).toEqual([]);
    expect((await pool('io'))?.pin).toBeNull();
  });

  it('is refused as another type than JSON', async () => {
    const headers = { authorization: `Bearer ${SECRETS.operator}`, 'content-type': 'application/xml' };
    const response = await fetch(`${url}/v1/pools/io/pin`, { method: 'PUT', headers, body: '<pin/>' });
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([415, 'unsupported-media-type']);
  });

  it('is not taken back without a key that may', async () => {
    await call('PUT', 'io', PIN, SECRETS.operator);
    await expect(call('DELETE', 'io', undefined, SECRETS.reader)).resolves.toMatchObject({ status: 403 });
    await expect(call('DELETE', 'io')).resolves.toMatchObject({ status: 401 });
    await waitFor(async () => (await pool('io'))?.pin?.replicas === 2, PATIENCE);
  });

  it('is not made where it cannot be logged', async () => {
    await redis.call('CONFIG', 'SET', 'maxmemory', 1);
    await expect(call('PUT', 'io', PIN, SECRETS.operator)).resolves.toMatchObject({
      status: 503,
      body: { code: 'unavailable', detail: 'Nothing was changed: the audit log could not be written.' },
    });
    await redis.call('CONFIG', 'SET', 'maxmemory', 0);
    expect((await pool('io'))?.pin).toBeNull();
  });
});
