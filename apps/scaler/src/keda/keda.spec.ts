import { Admission, connectProducer, JobClient, openQueues, type RedisClient } from '@dts/queue';
import { createLogger, loadEnv } from '@dts/runtime';
import { freePort, type RedisServer, startRedis, testPrefix, waitFor } from '@dts/testkit';
import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { register } from 'prom-client';
import { appModule } from '../app.module.js';
import { scalerEnv } from '../env.js';
import { KedaClient } from './fixtures/keda-client.js';

const IO = { pool: 'io' };

let redis: RedisServer;
let client: RedisClient;
let jobs: JobClient;
let app: NestFastifyApplication;
let keda: KedaClient;

beforeEach(async () => {
  redis = await startRedis();
  const prefix = testPrefix();
  client = connectProducer(redis.url, () => {});
  const queues = openQueues(client, prefix, () => {});
  jobs = new JobClient(queues, client, prefix, new Admission(queues, client, 1_000));
  register.clear();
  const port = await freePort();
  const own = { KEDA_PORT: String(port), SIGNAL_INTERVAL: '100', WORKERS_MIN: '0', WORKERS_MAX: '5' };
  const env = loadEnv(scalerEnv, { REDIS_URL: redis.url, QUEUE_PREFIX: prefix, LOG_LEVEL: 'silent', ...own });
  app = await NestFactory.create<NestFastifyApplication>(appModule(env, createLogger('scaler', env)), new FastifyAdapter(), {
    logger: false,
  });
  await app.listen(0, '127.0.0.1');
  keda = new KedaClient(port);
});
afterEach(async () => {
  keda.close();
  await app.close();
  client.disconnect();
  await redis.stop();
});

const submit = () => jobs.submit({ name: 'http.request', payload: { url: 'http://service.test/' }, options: {}, tenant: 't' });
const workers = async () => (await keda.metrics(IO)).metricValues[0]?.metricValueFloat;

describe('the scaler, asked by KEDA', () => {
  it('wakes a pool with the first job, and tells how many workers it wants', async () => {
    await waitFor(async () => (await workers()) === 0);
    const stream = keda.streamIsActive(IO);
    await waitFor(() => stream.told.length > 0);
    expect(stream.told).toEqual([false]);
    await submit();
    await waitFor(() => stream.told.length > 1);
    expect(stream.told).toEqual([false, true]);
    await expect(workers()).resolves.toBe(1);
    await expect((await fetch(`${await app.getUrl()}/metrics`)).text()).resolves.toMatch(
      /dts_keda_calls_total\{method="GetMetrics",code="OK"\} [12][\s\S]*dts_keda_streams 1/,
    );
    await app.close();
    await expect(stream.ended).resolves.toMatchObject({ code: status.OK });
  });

  it('answers with an error, and not with 0, while Redis is gone', async () => {
    await waitFor(async () => (await workers()) === 0);
    const stream = keda.streamIsActive(IO);
    await redis.kill();
    const refused = { code: status.UNAVAILABLE, details: expect.stringMatching(/^pool "io": its load is not known: queue io: /) };
    const error = await waitFor(() =>
      keda.metrics(IO).then(
        () => undefined,
        (reason: unknown) => reason,
      ),
    );
    expect(error).toMatchObject(refused);
    await expect(keda.isActive(IO)).rejects.toMatchObject(refused);
    await redis.restart();
    await waitFor(async () => (await workers()) === 0);
    await waitFor(() => stream.told.length > 0);
    expect(stream.told).toEqual([false]);
  });
});
