import { randomUUID } from 'node:crypto';
import { type RedisServer, type ReplicaSet, startRedis, startReplicaSet, waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Gateway, startGateway } from './fixtures/gateway.js';

const job = { name: 'http.request', payload: { url: 'http://service.test/hook' } };

let redis: RedisServer;
let gateway: Gateway | undefined;

afterEach(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await redis.stop();
});

async function start(config: Record<string, string>, settings: Record<string, string> = {}): Promise<Gateway> {
  redis = await startRedis({ config });
  gateway = await startGateway({ REDIS_URL: redis.url, ...settings });
  return gateway;
}

const isReady = async (of: Gateway) => (await of.call('GET', '/readyz')).status === 200;
const problemsOf = async (of: Gateway): Promise<string[]> => (await of.call('GET', '/readyz')).body.problems ?? [];
const submit = (to: Gateway, key: string) => to.call('POST', '/v1/jobs', { as: 'caller', body: job, headers: { 'idempotency-key': key } });

describe('/readyz', () => {
  it('refuses a Redis that would lose what was acknowledged, and says why', async () => {
    const synced = await start({ appendfsync: 'everysec' });
    const needs = 'Redis has appendfsync everysec; DURABILITY=synced needs always';
    await waitFor(async () => (await problemsOf(synced)).includes(needs), { describe: needs });
    await expect(synced.call('GET', '/readyz')).resolves.toMatchObject({ status: 503, body: { problems: [needs] } });
    await expect(synced.call('GET', '/healthz')).resolves.toMatchObject({ status: 200 });
  });

  it('accepts it where that was asked for, and every answer says so', async () => {
    const fast = await start({ appendfsync: 'everysec' }, { DURABILITY: 'fast' });
    await waitFor(() => isReady(fast));
    const key = randomUUID();
    for (const status of [201, 200]) {
      const answer = await submit(fast, key);
      expect([answer.status, answer.headers.get('durability')]).toEqual([status, 'fast']);
    }
    const batch = await fast.call('POST', '/v1/jobs:batch', { as: 'caller', body: { jobs: [job] } });
    expect([batch.status, batch.headers.get('durability')]).toEqual([200, 'fast']);
  });
});

describe('with DURABILITY=replicated', () => {
  let set: ReplicaSet | undefined;
  afterEach(() => set?.stop());

  it('nothing is taken and /readyz refuses while there is no replica', async () => {
    const lonely = await start({}, { DURABILITY: 'replicated' });
    const needs = 'Redis has 0 replicas online; DURABILITY=replicated needs 1 or more';
    await waitFor(async () => (await problemsOf(lonely)).includes(needs), { describe: needs });
    await expect(submit(lonely, randomUUID())).resolves.toMatchObject({ status: 503, body: { code: 'unavailable', detail: needs } });
  });

  it('a replica that hangs makes it 503 with Retry-After, and the same key is acknowledged when it is back', async () => {
    set = await startReplicaSet({ replicas: 1 });
    redis = set.master;
    const replicated = await startGateway({ REDIS_URL: redis.url, DURABILITY: 'replicated' });
    gateway = replicated;
    const key = randomUUID();
    await waitFor(() => isReady(replicated));
    await waitFor(async () => (await submit(replicated, randomUUID())).status === 201, { describe: 'the replica to be in step' });
    set.replicas[0]?.pause();
    const doubtful = await submit(replicated, key);
    expect(doubtful).toMatchObject({ status: 503, body: { code: 'outcome-unknown', jobId: expect.stringMatching(/^io_/) } });
    expect(doubtful.body.detail).toContain('0 of 1 replicas acknowledged it in time. Repeat the request with the same Idempotency-Key');
    expect(doubtful.headers.get('retry-after')).toBe('1');
    set.replicas[0]?.resume();
    const again = await waitFor(async () => {
      const answer = await submit(replicated, key);
      return answer.status === 200 && answer;
    });
    expect(again.body.id).toBe(doubtful.body.jobId);
  });
});

describe('a gateway whose Redis', () => {
  beforeEach(() => start({}));

  it('is paused answers 503 within a second, names the job, and stores it once', async () => {
    const key = randomUUID();
    await waitFor(() => isReady(gateway as Gateway));
    redis.pause();
    const startedAt = performance.now();
    const [answer, health, readiness] = await Promise.all([
      submit(gateway as Gateway, key),
      (gateway as Gateway).call('GET', '/healthz'),
      (gateway as Gateway).call('GET', '/readyz'),
    ]);
    expect(performance.now() - startedAt).toBeLessThan(1_500);
    expect(answer).toMatchObject({ status: 503, body: { code: 'outcome-unknown', jobId: expect.stringMatching(/^io_/) } });
    expect(answer.body.detail).toContain('same Idempotency-Key');
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(health.status).toBe(200);
    expect(readiness).toMatchObject({ status: 503, body: { problems: [expect.stringContaining('Redis does not answer')] } });
    redis.resume();
    const again = await waitFor(async () => {
      const repeated = await submit(gateway as Gateway, key);
      return repeated.status < 300 && repeated;
    });
    expect(again.body).toMatchObject({ id: answer.body.jobId, state: 'waiting' });
    const queue = await (gateway as Gateway).call('GET', '/v1/queues/io', { as: 'operator' });
    expect(queue.body.counts).toMatchObject({ waiting: 1 });
  });

  it('is gone answers 503 at once, closes all the same, and serves again when it is back', async () => {
    await waitFor(() => isReady(gateway as Gateway));
    await redis.kill();
    const refused = await waitFor(async () => {
      const answer = await submit(gateway as Gateway, randomUUID());
      return answer.body.code === 'unavailable' && answer;
    });
    expect(refused).toMatchObject({ status: 503, body: { jobId: expect.stringMatching(/^io_/) } });
    await expect((gateway as Gateway).call('GET', `/v1/jobs/${refused.body.jobId}`, { as: 'caller' })).resolves.toMatchObject({
      status: 503,
      body: { code: 'unavailable' },
    });
    await redis.restart();
    await waitFor(() => isReady(gateway as Gateway));
    await expect(submit(gateway as Gateway, randomUUID())).resolves.toMatchObject({ status: 201 });
  });
});
