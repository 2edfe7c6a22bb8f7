import { connectProducer, JobLogs, type RedisClient } from '@dts/queue';
import { waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Gateway, type KeyId, startGateway } from '../fixtures/gateway.js';

let gateway: Gateway;
let redis: RedisClient;

beforeAll(async () => {
  gateway = await startGateway();
  redis = connectProducer(gateway.env.REDIS_URL, () => {});
  await waitFor(async () => (await gateway.call('GET', '/readyz')).status === 200 && redis.status === 'ready');
});
afterAll(async () => {
  redis.disconnect();
  await gateway[Symbol.asyncDispose]();
});

async function submit(): Promise<string> {
  const body = { name: 'http.request', payload: { url: 'http://service.test/hook' } };
  return (await gateway.call('POST', '/v1/jobs', { as: 'caller', body })).body.id;
}

/** As a worker does. */
async function write(id: string, ...lines: string[]): Promise<void> {
  for (const line of lines) await new JobLogs(redis).append(`${gateway.env.QUEUE_PREFIX}:io:${id}`, line);
}

const read = (id: string, query = '', as: KeyId = 'reader') => gateway.call('GET', `/v1/jobs/${id}/logs${query}`, { as });

describe('GET /v1/jobs/{id}/logs', () => {
  it('tells the lines, page by page', async () => {
    const id = await submit();
    expect(await read(id)).toMatchObject({ status: 200, body: { items: [], nextCursor: null } });
    await write(id, 'one', 'two', '{"three":"\\u2028"}');
    const first = await read(id, '?limit=2');
    expect(first.body.items).toEqual([
      { line: 0, text: 'one' },
      { line: 1, text: 'two' },
    ]);
    const second = await read(id, `?cursor=${first.body.nextCursor}`);
    expect(second.body).toEqual({ items: [{ line: 2, text: '{"three":"\\u2028"}' }], nextCursor: null });
  });

  it("takes no other job's cursor", async () => {
    const [id, other] = [await submit(), await submit()];
    await write(id, 'one', 'two');
    const { nextCursor } = (await read(id, '?limit=1')).body;
    expect(await read(other, `?cursor=${nextCursor}`)).toMatchObject({ status: 422, body: { errors: [{ parameter: 'cursor' }] } });
  });

  it("hides another tenant's, but not from operators", async () => {
    const id = await submit();
    expect(await read(id, '', 'stranger')).toMatchObject({ status: 404, body: { code: 'job-not-found' } });
    expect(await read(id, '', 'viewer')).toMatchObject({ status: 200 });
    expect(await read('io_1')).toMatchObject({ status: 404 });
  });

  it.each(['limit=0', 'from=3', 'cursor=3', 'limit=1&limit=2'])('answers 422 to ?%s', async (query) => {
    expect(await read(await submit(), `?${query}`)).toMatchObject({ status: 422, body: { code: 'invalid-request' } });
  });
});
