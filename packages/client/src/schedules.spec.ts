import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SchedulerClient } from './scheduler-client.js';
import type { ScheduleInput } from './schedules.js';
import { collect } from './testing/collect.js';
import { ScriptedGateway } from './testing/scripted-gateway.js';

const NIGHTLY: ScheduleInput = { cron: '30 2 * * *', job: { name: 'http.request', payload: { url: 'https://billing.internal/close' } } };
const SCHEDULE = { id: 'nightly', state: 'active', nextRuns: [] };
const UNAVAILABLE = { status: 503, body: { code: 'unavailable', detail: 'The queue is not available.' } };

let gateway: ScriptedGateway;

beforeEach(async () => {
  gateway = new ScriptedGateway();
  await gateway.start();
});
afterEach(() => gateway.stop());

const schedules = () => new SchedulerClient({ url: gateway.url, apiKey: 'k' }).schedules;
const calls = () => gateway.seen.map(({ method, path }) => `${method} ${path}`);

describe('schedules', () => {
  it('are put, as often as it takes', async () => {
    gateway.script = [UNAVAILABLE, { status: 201, body: SCHEDULE }];
    await expect(schedules().put('nightly', NIGHTLY)).resolves.toEqual(SCHEDULE);
    expect(calls()).toEqual(['PUT /v1/schedules/nightly', 'PUT /v1/schedules/nightly']);
    expect(JSON.parse(gateway.seen[1]?.body ?? '')).toEqual(NIGHTLY);
  });

  it('are read, paused and resumed', async () => {
    gateway.script = [{ status: 200, body: SCHEDULE }];
    for (const verb of ['get', 'pause', 'resume'] as const) await expect(schedules()[verb]('nightly')).resolves.toEqual(SCHEDULE);
    expect(calls()).toEqual(['GET /v1/schedules/nightly', 'POST /v1/schedules/nightly:pause', 'POST /v1/schedules/nightly:resume']);
  });

  it('are listed page by page', async () => {
    gateway.script = [
      { status: 200, body: { items: [{ id: 'a' }, { id: 'b' }], nextCursor: 'x+y' } },
      { status: 200, body: { items: [{ id: 'c' }], nextCursor: null } },
    ];
    const ids: string[] = [];
    for await (const { id } of schedules().list()) ids.push(id);
    expect([ids, calls()]).toEqual([
      ['a', 'b', 'c'],
      ['GET /v1/schedules', 'GET /v1/schedules?cursor=x%2By'],
    ]);
  });

  it('are told a page at a time', async () => {
    gateway.script = [{ status: 200, body: { items: [{ id: 'a' }], nextCursor: 'x' } }];
    await expect(schedules().listPage({ limit: 1 })).resolves.toEqual({ items: [{ id: 'a' }], nextCursor: 'x' });
    expect(calls()).toEqual(['GET /v1/schedules?limit=1']);
  });

  it("are another tenant's where it is named", async () => {
    gateway.script = [{ status: 200, body: { items: [], nextCursor: null } }];
    const of = { tenant: 'acme' };
    await schedules().put('nightly', NIGHTLY, of);
    await schedules().trigger('nightly', of);
    await schedules().delete('nightly', of);
    await collect(schedules().list(of));
    expect(calls()).toEqual([
      'PUT /v1/schedules/nightly?tenant=acme',
      'POST /v1/schedules/nightly:trigger?tenant=acme',
      'DELETE /v1/schedules/nightly?tenant=acme',
      'GET /v1/schedules?tenant=acme',
    ]);
  });

  it('are deleted, and say whether they were there', async () => {
    gateway.script = [
      { status: 204 },
      { status: 404, body: { code: 'schedule-not-found', detail: '' } },
      { status: 403, body: { code: 'missing-scope' } },
    ];
    await expect(schedules().delete('nightly')).resolves.toBe(true);
    await expect(schedules().delete('nightly')).resolves.toBe(false);
    await expect(schedules().delete('nightly')).rejects.toMatchObject({ code: 'missing-scope' });
  });

  it('are triggered with one key however often it takes', async () => {
    gateway.script = [UNAVAILABLE, { status: 200, body: { id: 'io_1' } }];
    await expect(schedules().trigger('nightly')).resolves.toEqual({ id: 'io_1', replayed: true });
    expect(gateway.keys).toEqual([expect.any(String), gateway.keys[0]]);
    await expect(schedules().trigger('nightly', { idempotencyKey: 'a b' })).rejects.toThrow(TypeError);
  });
});
