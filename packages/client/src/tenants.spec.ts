import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SchedulerClient } from './scheduler-client.js';
import { ScriptedGateway } from './testing/scripted-gateway.js';

const LIMITS = { tenant: 'acme', weight: 3, concurrency: { io: 10 }, rate: { cpu: { max: 5, per: 1_000 } } };

let gateway: ScriptedGateway;

beforeEach(async () => {
  gateway = new ScriptedGateway();
  await gateway.start();
});
afterEach(() => gateway.stop());

describe("a tenant's limits", () => {
  it('are read, set and cleared', async () => {
    gateway.script = [{ status: 200, body: LIMITS }, { status: 200, body: LIMITS }, { status: 204 }];
    const { tenants } = new SchedulerClient({ url: gateway.url, apiKey: 'k' });
    await expect(tenants.limits('a/b')).resolves.toEqual(LIMITS);
    await expect(tenants.setLimits('acme', { weight: 3 })).resolves.toEqual(LIMITS);
    await expect(tenants.clearLimits('acme')).resolves.toBeUndefined();
    expect(gateway.seen.map(({ method, path, body }) => `${method} ${path} ${body}`.trim())).toEqual([
      'GET /v1/tenants/a%2Fb/limits',
      'PUT /v1/tenants/acme/limits {"weight":3}',
      'DELETE /v1/tenants/acme/limits',
    ]);
  });
});
