import { connectProducer, type RedisClient, type WorkerInfo, WorkerRegistry } from '@dts/queue';
import { waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Gateway, startGateway } from '../fixtures/gateway.js';

let gateway: Gateway;
let redis: RedisClient;
let registry: WorkerRegistry;

beforeAll(async () => {
  gateway = await startGateway();
  redis = connectProducer(gateway.env.REDIS_URL, () => undefined);
  registry = new WorkerRegistry(redis, gateway.env.QUEUE_PREFIX);
  await waitFor(() => redis.status === 'ready');
});
afterAll(async () => {
  redis.disconnect();
  await gateway[Symbol.asyncDispose]();
});

const info = (id: string): WorkerInfo => ({
  id,
  host: 'h',
  pid: 7,
  version: '1.2.3',
  queues: [
    { queue: 'io', slots: 10, busy: 2 },
    { queue: 'cpu', slots: 1, busy: 1 },
  ],
  eventLoopDelayMs: 3,
  memoryBytes: 1_000,
  startedAt: 0,
  heartbeatAt: 1,
  draining: false,
});
const list = (query = '') => gateway.call('GET', `/v1/workers${query}`, { as: 'viewer' });

describe('GET /v1/workers', () => {
  it('tells those that are there, and with their queues what they do', async () => {
    expect(await list()).toMatchObject({ status: 200, body: { items: [], nextCursor: null } });
    await registry.beat(info('a'));
    const { queues: _queues, ...rest } = info('a');
    expect((await list()).body.items).toEqual([
      {
        ...rest,
        queues: [
          { name: 'io', slots: 10, busy: 2 },
          { name: 'cpu', slots: 1, busy: 1 },
        ],
        slots: 11,
        busy: 3,
        startedAt: '1970-01-01T00:00:00.000Z',
        heartbeatAt: '1970-01-01T00:00:00.001Z',
      },
    ]);
    const { body } = await gateway.call('GET', '/v1/queues/io', { as: 'viewer' });
    expect(body).toMatchObject({ workers: 1, slots: 10, busy: 2 });
  });

  it('goes on after the last one, also where that has gone meanwhile', async () => {
    for (const id of ['b', 'c', 'd']) await registry.beat(info(id));
    const first = (await list('?limit=2')).body;
    await registry.leave('b');
    const second = (await list(`?limit=2&cursor=${first.nextCursor}`)).body;
    const ids = [...first.items, ...second.items].map(({ id }) => id);
    expect([ids, second.nextCursor]).toEqual([['a', 'b', 'c', 'd'], null]);
  });

  it('is for operators, and takes no other parameters', async () => {
    expect((await gateway.call('GET', '/v1/workers', { as: 'caller' })).status).toBe(403);
    expect(await list('?queue=io')).toMatchObject({ status: 422, body: { errors: [{ parameter: 'queue' }] } });
  });
});
