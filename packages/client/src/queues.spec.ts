import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SchedulerClient } from './scheduler-client.js';
import { ScriptedGateway } from './testing/scripted-gateway.js';

const QUEUE = { name: 'io', paused: false };
const UNAVAILABLE = { status: 503, body: { code: 'unavailable', detail: 'The queue is not available.' } };

let gateway: ScriptedGateway;

beforeEach(async () => {
  gateway = new ScriptedGateway();
  await gateway.start();
});
afterEach(() => gateway.stop());

const client = () => new SchedulerClient({ url: gateway.url, apiKey: 'k' });
const calls = () => gateway.seen.map(({ method, path, body }) => `${method} ${path} ${body}`.trim());

/** All that there is, in the pages of two answers. */
async function collect<Item extends { id?: string; name?: string }>(first: object[], second: object[], items: AsyncIterable<Item>) {
  gateway.script = [
    { status: 200, body: { items: first, nextCursor: 'n+1' } },
    { status: 200, body: { items: second, nextCursor: null } },
  ];
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe('queues', () => {
  it('are listed, read, paused, resumed and limited', async () => {
    const { queues } = client();
    expect(await collect([{ name: 'cpu' }], [QUEUE], queues.list({ limit: 1 }))).toEqual([{ name: 'cpu' }, QUEUE]);
    gateway.script = [{ status: 200, body: QUEUE }];
    const limits = { concurrency: 5, rate: { max: 10, per: 1_000 } };
    await expect(queues.get('io')).resolves.toEqual(QUEUE);
    await expect(queues.pause('io')).resolves.toEqual(QUEUE);
    await expect(queues.resume('rate-limited')).resolves.toEqual(QUEUE);
    await expect(queues.setLimits('io', limits)).resolves.toEqual(QUEUE);
    expect(calls()).toEqual([
      'GET /v1/queues?limit=1',
      'GET /v1/queues?limit=1&cursor=n%2B1',
      'GET /v1/queues/io',
      'POST /v1/queues/io:pause',
      'POST /v1/queues/rate-limited:resume',
      `PUT /v1/queues/io/limits ${JSON.stringify(limits)}`,
    ]);
  });

  it('are paused as often as it takes', async () => {
    gateway.script = [UNAVAILABLE, { status: 200, body: QUEUE }];
    await expect(client().queues.pause('io')).resolves.toEqual(QUEUE);
    expect(calls()).toEqual(['POST /v1/queues/io:pause', 'POST /v1/queues/io:pause']);
  });
});

describe('workers', () => {
  it('are listed page by page', async () => {
    expect(await collect([{ id: 'a' }, { id: 'b' }], [{ id: 'c' }], client().workers.list())).toEqual([
      { id: 'a' },
      { id: 'b' },
      { id: 'c' },
    ]);
    expect(calls()).toEqual(['GET /v1/workers', 'GET /v1/workers?cursor=n%2B1']);
  });
});

describe('the audit log', () => {
  it('is read page by page by its filter', async () => {
    const filter = { action: 'queue.pause', since: new Date('2030-01-01T00:00:00Z') };
    expect(await collect([], [{ id: '1-0' }], client().audit.list(filter))).toEqual([{ id: '1-0' }]);
    expect(calls()[1]).toBe('GET /v1/audit?action=queue.pause&since=2030-01-01T00%3A00%3A00.000Z&cursor=n%2B1');
  });

  it('is told a page at a time', async () => {
    gateway.script = [{ status: 200, body: { items: [{ id: '1-0' }], nextCursor: null } }];
    await expect(client().audit.listPage({ key: 'ops-1' }, { limit: 1 })).resolves.toEqual({ items: [{ id: '1-0' }], nextCursor: null });
    expect(calls()).toEqual(['GET /v1/audit?key=ops-1&limit=1']);
  });
});
