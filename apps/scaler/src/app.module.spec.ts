import { Admission, connectProducer, JobClient, openQueues, type RedisClient } from '@dts/queue';
import { createLogger, loadEnv } from '@dts/runtime';
import { type RedisServer, startRedis, testPrefix, waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { register } from 'prom-client';
import { appModule } from './app.module.js';
import { scalerEnv } from './env.js';

let redis: RedisServer;
let client: RedisClient;
let jobs: JobClient;
let app: NestFastifyApplication;
let url: string;

beforeEach(async () => {
  redis = await startRedis();
  const prefix = testPrefix();
  client = connectProducer(redis.url, () => {});
  const queues = openQueues(client, prefix, () => {});
  jobs = new JobClient(queues, client, prefix, new Admission(queues, client, 1_000));
  register.clear();
  const env = loadEnv(scalerEnv, { REDIS_URL: redis.url, QUEUE_PREFIX: prefix, SIGNAL_INTERVAL: '100', LOG_LEVEL: 'silent' });
  app = await NestFactory.create<NestFastifyApplication>(appModule(env, createLogger('scaler', env)), new FastifyAdapter(), {
    logger: false,
  });
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
});
afterEach(async () => {
  await app.close();
  client.disconnect();
  await redis.stop();
});

interface Pools {
  readonly items: ({ readonly pool: string; readonly signal: string } & Record<string, unknown>)[];
}

const pools = async () => ((await (await fetch(`${url}/v1/pools`)).json()) as Pools).items;
const pool = async (name: string) => (await pools()).find((item) => item.pool === name);
const readiness = async () => {
  const response = await fetch(`${url}/readyz`);
  return { status: response.status, problems: ((await response.json()) as { problems?: string[] }).problems };
};
const queueMetrics = async () => (await (await fetch(`${url}/metrics`)).text()).split('\n').filter((line) => /^dts_queue_/.test(line));
const submit = () =>
  waitFor(() => jobs.submit({ name: 'http.request', payload: { url: 'http://service.test/' }, options: {}, tenant: 't' }));

describe('the scaler', () => {
  it('shows what it sees of every queue', async () => {
    await submit();
    const io = await waitFor(async () => {
      const seen = await pool('io');
      return seen?.waiting === 1 && seen.rates !== null && seen;
    });
    expect(io).toMatchObject({ mode: 'observe', signal: 'known', active: 0, delayed: 0, dead: 0, paused: false });
    expect(io).toMatchObject({
      readAt: expect.stringMatching(/Z$/),
      oldestWaitingMs: expect.any(Number),
      rates: { arrivals: expect.any(Number) },
    });
    expect((await pools()).map(({ pool: name, signal }) => [name, signal])).toEqual([
      ['io', 'known'],
      ['rate-limited', 'known'],
      ['cpu', 'known'],
    ]);
    await expect(readiness()).resolves.toEqual({ status: 200, problems: undefined });
    expect(await queueMetrics()).toContain('dts_queue_jobs{queue="io",state="waiting"} 1');
  });

  it('takes a Redis that is gone for unknown, never for empty, and sees again when it is back', async () => {
    await submit();
    await waitFor(async () => (await pool('io'))?.waiting === 1);
    await redis.kill();
    await waitFor(async () => (await pools()).every(({ signal }) => signal === 'unknown'));
    expect(await pool('io')).toEqual({
      pool: 'io',
      mode: 'observe',
      description: expect.any(String),
      signal: 'unknown',
      reason: expect.any(String),
      failures: expect.any(Number),
    });
    await expect(readiness()).resolves.toMatchObject({
      status: 503,
      problems: [expect.stringMatching(/^queue io: /), expect.any(String), expect.any(String)],
    });
    await expect(queueMetrics()).resolves.toEqual([]);
    await redis.restart();
    await waitFor(async () => (await readiness()).status === 200);
    await expect(pool('io')).resolves.toMatchObject({ signal: 'known', waiting: 1 });
    expect(await queueMetrics()).toContain('dts_queue_jobs{queue="io",state="waiting"} 1');
  });

  it('takes a Redis that does not answer for unknown, too', async () => {
    await waitFor(async () => (await readiness()).status === 200);
    redis.pause();
    await waitFor(async () => (await pool('io'))?.signal === 'unknown');
    expect(await queueMetrics()).toEqual([]);
    redis.resume();
    await waitFor(async () => (await readiness()).status === 200);
    expect((await queueMetrics()).length).toBeGreaterThan(0);
  });
});
