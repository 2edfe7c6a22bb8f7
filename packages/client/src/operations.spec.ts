import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SchedulerClient } from './scheduler-client.js';
import { collect } from './testing/collect.js';
import { ScriptedGateway } from './testing/scripted-gateway.js';

const RUNNING = { id: 'op_1', kind: 'redrive', state: 'running', done: 1 };
const COMPLETED = { ...RUNNING, state: 'completed', done: 2 };

let gateway: ScriptedGateway;

beforeEach(async () => {
  gateway = new ScriptedGateway();
  await gateway.start();
});
afterEach(() => gateway.stop());

const operations = () => new SchedulerClient({ url: gateway.url, apiKey: 'k' }).operations;
const calls = () => gateway.seen.map(({ method, path }) => `${method} ${path}`);

describe('operations', () => {
  it('are read, listed and cancelled', async () => {
    gateway.script = [
      { status: 200, body: RUNNING },
      { status: 200, body: { items: [RUNNING], nextCursor: null } },
      { status: 200, body: { items: [RUNNING], nextCursor: 'x' } },
      { status: 200, body: { ...RUNNING, state: 'cancelled' } },
    ];
    await expect(operations().get('op_1')).resolves.toEqual(RUNNING);
    await expect(collect(operations().list({ tenant: 'acme' }))).resolves.toEqual([RUNNING]);
    await expect(operations().listPage({}, { limit: 1 })).resolves.toEqual({ items: [RUNNING], nextCursor: 'x' });
    await expect(operations().cancel('op_1')).resolves.toMatchObject({ state: 'cancelled' });
    expect(calls()).toEqual([
      'GET /v1/operations/op_1',
      'GET /v1/operations?tenant=acme',
      'GET /v1/operations?limit=1',
      'POST /v1/operations/op_1:cancel',
    ]);
  });

  it('are waited for until they have ended, and tell how they stand', async () => {
    gateway.script = [
      { status: 200, body: RUNNING },
      { status: 200, body: COMPLETED },
    ];
    const told: unknown[] = [];
    await expect(operations().waitFor('op_1', { onUpdate: (operation) => told.push(operation) })).resolves.toEqual(COMPLETED);
    expect(told).toEqual([RUNNING, COMPLETED]);
  });

  it('are not waited for longer than told', async () => {
    gateway.script = [{ status: 200, body: RUNNING }];
    await expect(operations().waitFor('op_1', { timeoutMs: 0 })).rejects.toMatchObject({
      code: 'wait-timeout',
      detail: expect.stringContaining('1 jobs'),
    });
    const reason = new Error('enough');
    const giveUp = new AbortController();
    const waiting = operations().waitFor('op_1', { signal: giveUp.signal, onUpdate: () => giveUp.abort(reason) });
    await expect(waiting).rejects.toBe(reason);
  });
});
