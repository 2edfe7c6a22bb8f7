import { startRedis, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Gateway, type KeyId, startGateway } from '../fixtures/gateway.js';

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
  await waitFor(async () => (await gateway.call('GET', '/readyz')).status === 200);
});
afterAll(() => gateway[Symbol.asyncDispose]());

const call = (method: string, path: string, body?: unknown, as: KeyId = 'operator') => gateway.call(method, path, { as, body });
const submit = (more: object = {}) =>
  gateway.call('POST', '/v1/jobs', { as: 'caller', body: { name: 'http.request', payload: { url: 'http://service.test/' }, ...more } });

const EMPTY = {
  paused: false,
  counts: { waiting: 0, scheduled: 0, active: 0, 'waiting-children': 0, completed: 0, dead: 0, cancelled: 0, expired: 0 },
  oldestWaitingMs: null,
  arrivalsPerSecond: 0,
  completionsPerSecond: 0,
  failuresPerSecond: 0,
  waitMs: null,
  runMs: null,
  limits: { concurrency: null, rate: null },
  workers: 0,
  slots: 0,
  busy: 0,
};

describe('GET /v1/queues', () => {
  it('tells each queue, in pages', async () => {
    const { status, body } = await call('GET', '/v1/queues');
    expect([status, body.nextCursor]).toEqual([200, null]);
    expect(body.items.map(({ name }: { name: string }) => name)).toEqual(['cpu', 'external', 'io', 'rate-limited']);
    expect(body.items[0]).toEqual({ name: 'cpu', description: expect.any(String), ...EMPTY });
    const first = (await call('GET', '/v1/queues?limit=2')).body;
    const second = (await call('GET', `/v1/queues?limit=2&cursor=${first.nextCursor}`)).body;
    expect([...first.items, ...second.items].map(({ name }) => name)).toEqual(['cpu', 'external', 'io', 'rate-limited']);
    expect(second.nextCursor).toBeNull();
  });

  it.each(['state=waiting', 'limit=101', 'cursor=x'])('answers 422 to ?%s', async (query) => {
    expect(await call('GET', `/v1/queues?${query}`)).toMatchObject({ status: 422, body: { code: 'invalid-request' } });
  });

  it('is for operators', async () => {
    expect((await call('GET', '/v1/queues', undefined, 'caller')).status).toBe(403);
    expect((await call('GET', '/v1/queues', undefined, 'viewer')).status).toBe(200);
  });

  it('answers 503 when Redis cannot tell: unknown is not empty', async () => {
    const redis = await startRedis();
    await using away = await startGateway({ REDIS_URL: redis.url });
    await waitFor(async () => (await away.call('GET', '/readyz')).status === 200);
    await redis.stop();
    for (const path of ['/v1/queues', '/v1/queues/io', '/v1/workers', '/v1/audit']) {
      expect(await away.call('GET', path, { as: 'operator' })).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    }
  }, 30_000);
});

describe('GET /v1/queues/{name}', () => {
  it('counts what waits, prioritized and delayed jobs too, and what arrives', async () => {
    for (const more of [{}, { priority: 5 }, { delay: 3_600_000 }]) expect((await submit(more)).status).toBe(201);
    const { body } = await waitFor(
      async () => {
        const answer = await call('GET', '/v1/queues/io');
        return answer.body.arrivalsPerSecond > 0 && answer;
      },
      { timeoutMs: 15_000 },
    );
    expect(body.counts).toMatchObject({ waiting: 2, scheduled: 1 });
    expect(body.oldestWaitingMs).toBeGreaterThanOrEqual(0);
    expect(body.arrivalsPerSecond).toBeLessThanOrEqual(3 / 300);
  }, 20_000);

  it('counts those that wait for their turn in an order of their own among those that wait', async () => {
    const before = (await call('GET', '/v1/queues/io')).body.counts;
    for (let number = 0; number < 3; number++) expect((await submit({ orderingKey: 'one-by-one' })).status).toBe(201);
    const { counts } = (await call('GET', '/v1/queues/io')).body;
    expect(counts).toEqual({ ...before, waiting: before.waiting + 3 });
  });

  it('answers 404 to a queue that does not exist', async () => {
    for (const [method, path] of [
      ['GET', ''],
      ['POST', ':pause'],
      ['POST', ':resume'],
      ['PUT', '/limits'],
    ] as const) {
      for (const name of ['no-such', 'constructor', '__proto__']) {
        const answer = await call(method, `/v1/queues/${name}${path}`, method === 'PUT' ? { concurrency: 1, rate: null } : undefined);
        expect(answer).toMatchObject({ status: 404, body: { code: 'queue-not-found', detail: expect.stringContaining('Known: io, ') } });
      }
    }
  });
});

describe('POST /v1/queues/{name}:…', () => {
  it('pauses, takes jobs in all the same, and resumes', async () => {
    expect(await call('POST', '/v1/queues/cpu:pause')).toMatchObject({ status: 200, body: { name: 'cpu', paused: true } });
    expect(await call('POST', '/v1/queues/cpu:pause')).toMatchObject({ status: 200, body: { paused: true } });
    const payload = { sourceUrl: 'http://a.test/', destinationUrl: 'http://b.test/', width: 1 };
    expect((await submit({ name: 'image.thumbnail', payload })).status).toBe(201);
    expect(await call('GET', '/v1/queues/cpu')).toMatchObject({ body: { paused: true, counts: { waiting: 1 } } });
    expect(await call('POST', '/v1/queues/cpu:resume')).toMatchObject({ status: 200, body: { paused: false } });
  });
});

describe('PUT /v1/queues/{name}/limits', () => {
  it('sets both, and takes both away', async () => {
    const limits = { concurrency: 5, rate: { max: 100, per: 60_000 } };
    expect(await call('PUT', '/v1/queues/io/limits', limits)).toMatchObject({ status: 200, body: { limits } });
    expect(await call('GET', '/v1/queues/io')).toMatchObject({ body: { limits } });
    const none = { concurrency: null, rate: null };
    expect(await call('PUT', '/v1/queues/io/limits', none)).toMatchObject({ status: 200, body: { limits: none } });
  });

  it.each([
    ['nothing', undefined, ['']],
    ['half of it', { concurrency: 5 }, ['/rate']],
    ['numbers that are none of ours', { concurrency: 0, rate: { max: 1.5, per: -1 } }, ['/concurrency', '/rate/max', '/rate/per']],
    ['what is too much', { concurrency: 1e9, rate: { max: 1, per: 86_400_001 } }, ['/concurrency', '/rate/per']],
    ['members that there are not', { concurrency: null, rate: null, paused: true }, ['/paused']],
    ['texts', { concurrency: '5', rate: '5/s' }, ['/concurrency', '/rate']],
  ])('answers 422 to %s', async (_what, body, pointers) => {
    const answer = await call('PUT', '/v1/queues/io/limits', body);
    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid-request' } });
    expect(answer.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(pointers);
  });
});
