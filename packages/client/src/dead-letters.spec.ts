import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SchedulerClient } from './scheduler-client.js';
import { collect } from './testing/collect.js';
import { ScriptedGateway } from './testing/scripted-gateway.js';

const OPERATION = { id: 'op_1', kind: 'redrive', state: 'running', done: 0 };
const UNAVAILABLE = { status: 503, body: { code: 'unavailable', detail: 'The queue is not available.' } };

let gateway: ScriptedGateway;

beforeEach(async () => {
  gateway = new ScriptedGateway();
  await gateway.start();
});
afterEach(() => gateway.stop());

const deadLetters = () => new SchedulerClient({ url: gateway.url, apiKey: 'k' }).deadLetters;
const calls = () => gateway.seen.map(({ method, path }) => `${method} ${path}`);

describe('dead letters', () => {
  it('are listed page by page, by filter', async () => {
    gateway.script = [
      { status: 200, body: { items: [{ id: 'a' }], nextCursor: 'x' } },
      { status: 200, body: { items: [], nextCursor: null } },
    ];
    const filter = { queue: 'io', reason: 'timeout', since: new Date(0) } as const;
    await expect(collect(deadLetters().list(filter, { limit: 1 }))).resolves.toEqual([{ id: 'a' }]);
    const query = 'queue=io&reason=timeout&since=1970-01-01T00%3A00%3A00.000Z&limit=1';
    expect(calls()).toEqual([`GET /v1/dead-letters?${query}`, `GET /v1/dead-letters?${query}&cursor=x`]);
  });

  it('are told a page at a time', async () => {
    gateway.script = [{ status: 200, body: { items: [{ id: 'a' }], nextCursor: 'x' } }];
    await expect(deadLetters().listPage({ tag: 'nightly' })).resolves.toEqual({ items: [{ id: 'a' }], nextCursor: 'x' });
    expect(calls()).toEqual(['GET /v1/dead-letters?tag=nightly']);
  });

  it.each(['redrive', 'purge'] as const)('start one operation with one key however often it takes (%s)', async (verb) => {
    gateway.script = [UNAVAILABLE, { status: 202, body: OPERATION }];
    const filter = { name: 'http.request', until: new Date(0) } as const;
    await expect(deadLetters()[verb]({ filter, limit: 5 })).resolves.toEqual(OPERATION);
    expect(calls()).toEqual(Array(2).fill(`POST /v1/dead-letters:${verb}`));
    expect(gateway.keys).toEqual([expect.any(String), gateway.keys[0]]);
    expect(JSON.parse(gateway.seen[1]?.body ?? '')).toEqual({
      filter: { name: 'http.request', until: '1970-01-01T00:00:00.000Z' },
      limit: 5,
    });
    await expect(deadLetters()[verb]({ filter }, { idempotencyKey: 'a b' })).rejects.toThrow(TypeError);
  });

  it('tell what would be done', async () => {
    const preview = { dryRun: true, matched: 3, complete: true, sample: [] };
    gateway.script = [{ status: 200, body: preview }];
    await expect(deadLetters().previewRedrive({ filter: {}, ratePerSecond: 2 })).resolves.toEqual(preview);
    await expect(deadLetters().previewPurge({ filter: {} })).resolves.toEqual(preview);
    expect(gateway.seen.map(({ path, body }) => [path, JSON.parse(body)])).toEqual([
      ['/v1/dead-letters:redrive', { filter: {}, ratePerSecond: 2, dryRun: true }],
      ['/v1/dead-letters:purge', { filter: {}, dryRun: true }],
    ]);
  });
});
