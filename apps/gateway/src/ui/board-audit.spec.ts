import { waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Gateway, startGateway } from '../fixtures/gateway.js';

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
  await waitFor(async () => (await gateway.call('GET', '/readyz')).status === 200);
});
afterAll(() => gateway[Symbol.asyncDispose]());

const entries = async () => (await gateway.call('GET', '/v1/audit?limit=100', { as: 'viewer' })).body.items as Record<string, unknown>[];
/** The entry, once its outcome is known: Bull Board has answered by then. */
const entryOf = (action: string) =>
  waitFor(async () => (await entries()).find((entry) => entry.action === action && entry.outcome !== 'unknown'));

describe('changes in Bull Board', () => {
  it('are logged with the key, what was done to what, and how it ended; nothing of what was sent', async () => {
    const add = { name: 'http.request', data: { secret: 'do-not-log-me' }, options: {} };
    await gateway.call('PUT', '/ui/api/queues/io/pause', { as: 'operator' });
    await gateway.call('PUT', '/ui/api/queues/io/no-such-job/retry?token=do-not-log-me', { as: 'operator', body: add });
    expect(await entryOf('board.pause')).toMatchObject({ keyId: 'operator', tenant: 'ops', target: 'io', outcome: 'done', details: {} });
    expect(await entryOf('board.retry')).toMatchObject({ target: 'io/no-such-job', outcome: 'status-404' });
    expect(JSON.stringify(await entries())).not.toContain('do-not-log-me');
    await gateway.call('PUT', '/ui/api/queues/io/resume', { as: 'operator' });
  });

  it('are not logged when they are refused, nor is what is only read', async () => {
    const before = (await entries()).length;
    expect((await gateway.call('PUT', '/ui/api/queues/cpu/pause', { as: 'viewer' })).status).toBe(403);
    expect((await gateway.call('PUT', '/ui/api/queues/cpu/pause')).status).toBe(401);
    expect((await gateway.call('GET', '/ui/api/queues', { as: 'viewer' })).status).toBe(200);
    expect(await entries()).toHaveLength(before);
  });
});
