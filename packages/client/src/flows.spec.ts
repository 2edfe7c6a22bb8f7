import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { FlowInput } from './flow.js';
import { SchedulerClient } from './scheduler-client.js';
import { collect } from './testing/collect.js';
import { ScriptedGateway } from './testing/scripted-gateway.js';

const FLOW: FlowInput = {
  name: 'email.send',
  payload: { to: ['ada@example.com'], subject: 'Closed', text: 'Both ledgers are closed.' },
  children: [
    { name: 'http.request', payload: { url: 'https://billing.internal/close' }, priority: 2 },
    { name: 'http.request', payload: { url: 'https://archive.internal/close' }, onFailure: 'ignore' },
  ],
};
const TOLD = { id: 'io_1', state: 'running', counts: { waiting: 2, 'waiting-children': 1 }, root: { children: [] } };
const UNAVAILABLE = { status: 503, body: { code: 'outcome-unknown', detail: 'Not known.', jobId: 'io_1' } };

let gateway: ScriptedGateway;

beforeEach(async () => {
  gateway = new ScriptedGateway();
  await gateway.start();
});
afterEach(() => gateway.stop());

const flows = (retries?: number) => new SchedulerClient({ url: gateway.url, apiKey: 'k', retries }).flows;

describe('flows', () => {
  it('are submitted with one key, as often as it takes, and say whether they were there', async () => {
    gateway.script = [UNAVAILABLE, { status: 200, body: TOLD }];
    await expect(flows().submit(FLOW)).resolves.toEqual({ ...TOLD, replayed: true });
    const [first, second] = gateway.seen;
    expect([first?.method, first?.path, JSON.parse(first?.body ?? '')]).toEqual(['POST', '/v1/flows', FLOW]);
    expect(second?.headers['idempotency-key']).toBe(first?.headers['idempotency-key']);
    gateway.script = [{ status: 201, body: TOLD }];
    await expect(flows().submit(FLOW, { idempotencyKey: 'close-1' })).resolves.toMatchObject({ replayed: false });
    expect(gateway.seen.at(-1)?.headers['idempotency-key']).toBe('close-1');
  });

  it('tell the key to go on with when it is not known whether they are stored, and where they are wrong', async () => {
    gateway.script = [UNAVAILABLE];
    const unknown = flows(0).submit(FLOW, { idempotencyKey: 'close-2' });
    await expect(unknown).rejects.toMatchObject({ code: 'outcome-unknown', jobId: 'io_1', idempotencyKey: 'close-2' });
    const errors = [{ pointer: '/children/0/payload/url', detail: 'is missing' }];
    gateway.script = [{ status: 422, body: { code: 'invalid-request', detail: 'The flow cannot be taken.', errors } }];
    await expect(flows().submit(FLOW)).rejects.toMatchObject({ code: 'invalid-request', errors });
    await expect(flows().submit(FLOW, { idempotencyKey: 'two words' })).rejects.toThrow(TypeError);
  });

  it('are read and cancelled', async () => {
    gateway.script = [{ status: 200, body: TOLD }];
    await expect(flows().get('io_1')).resolves.toEqual(TOLD);
    await expect(flows().cancel('a/b')).resolves.toEqual(TOLD);
    expect(gateway.seen.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /v1/flows/io_1', 'DELETE /v1/flows/a%2Fb']);
  });

  it('are listed page by page, by state', async () => {
    const flow = { id: 'io_1', state: 'failed', jobs: 3 };
    gateway.script = [
      { status: 200, body: { items: [], nextCursor: 'n+1' } },
      { status: 200, body: { items: [flow], nextCursor: null } },
    ];
    const found = await collect(flows().list({ state: ['running', 'failed'], tenant: 'acme' }, { limit: 1 }));
    expect(found).toEqual([flow]);
    const query = 'state=running%2Cfailed&tenant=acme&limit=1';
    expect(gateway.seen.map(({ path }) => path)).toEqual([`/v1/flows?${query}`, `/v1/flows?${query}&cursor=n%2B1`]);
    gateway.script = [{ status: 200, body: { items: [flow], nextCursor: 'c' } }];
    await expect(flows().listPage()).resolves.toEqual({ items: [flow], nextCursor: 'c' });
  });

  it('are checked by the compiler, down to their leaves', () => {
    const flow: FlowInput = {
      name: 'http.request',
      payload: { url: 'https://a.test' },
      // @ts-expect-error: the payload of another job type
      children: [{ name: 'email.send', payload: { url: 'https://a.test' } }],
    };
    // @ts-expect-error: nothing waits for the root
    const root: FlowInput = { name: 'http.request', payload: { url: 'https://a.test' }, onFailure: 'fail' };
    expect([flow, root]).toHaveLength(2);
  });
});
