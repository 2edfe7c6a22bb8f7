import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, startApp, startRedis, testPrefix, testRedisUrl, waitFor } from '@dts/testkit';
import { describe, expect, it } from '@jest/globals';

describe('the scaler as a process', () => {
  it('stops with exit code 0, also while Redis is gone', async () => {
    const redis = await startRedis();
    const app = await startApp('scaler', { env: { REDIS_URL: redis.url } });
    await redis.stop();
    const startedAt = performance.now();
    await expect(app.stop()).resolves.toEqual({ code: 0, signal: null });
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });

  it('starts without Redis, alive and not ready', async () => {
    const redis = await startRedis();
    await redis.kill();
    const app = await startApp('scaler', { env: { REDIS_URL: redis.url }, readyPath: '/healthz' });
    const response = await fetch(`${app.url}/readyz`);
    await app.stop();
    await redis.stop();
    expect(response.status).toBe(503);
  });

  it('refuses what it cannot work with, all of it at once', async () => {
    const starting = startApp('scaler', {
      env: {
        REDIS_URL: testRedisUrl(),
        QUEUE_PREFIX: testPrefix(),
        SCALER_MODE: 'act',
        SIGNAL_INTERVAL: '1',
        QUEUES: 'no-queue',
      },
    });
    await expect(starting).rejects.toThrow(/SCALER_MODE: .*observe[\s\S]*QUEUES: .*no-queue[\s\S]*SIGNAL_INTERVAL: /);
  });

  it('says which bounds contradict each other, also where one is the default', async () => {
    const starting = startApp('scaler', { env: { REDIS_URL: testRedisUrl(), QUEUE_PREFIX: testPrefix(), WORKERS_MIN: '999' } });
    await expect(starting).rejects.toThrow(/WORKERS_MAX: is \d+ \(the number of cores unless set\), less than WORKERS_MIN, which is 999/);
  });

  it('refuses a policy file that is wrong, and says where', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dts-policy-'));
    const file = join(folder, 'policy.yaml');
    await writeFile(file, 'mode: enforce\npools:\n  io: { queues: [no-queue], target: { kind: dry-run }, min: 1, max: 2 }\n');
    const starting = startApp('scaler', { env: { REDIS_URL: testRedisUrl(), QUEUE_PREFIX: testPrefix(), SCALER_POLICY: file } });
    await expect(starting).rejects.toThrow(/SCALER_POLICY .*policy\.yaml: [\s\S]*pools\.io\.queues/);
    await rm(folder, { recursive: true });
  });

  it('has no decision in force while it is told to decide nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'dts-policy-'));
    const file = join(folder, 'policy.yaml');
    const write = (mode: string) => writeFile(file, `mode: ${mode}\npools:\n  io: { queues: [io], target: { kind: dry-run }, max: 2 }\n`);
    await write('observe');
    const settings = { SCALER_POLICY: file, SIGNAL_INTERVAL: '200' };
    const app = await startApp('scaler', { env: { REDIS_URL: testRedisUrl(), QUEUE_PREFIX: testPrefix(), ...settings } });
    const pool = async () =>
      ((await (await fetch(`${app.url}/v1/pools`)).json()) as { items: { desired: number; decision: object }[] }).items[0];
    const gauges = async () =>
      (await (await fetch(`${app.url}/metrics`)).text()).match(/^dts_pool_(raw|desired|stage|pinned)\S*\{.*$/gm) ?? [];
    await waitFor(async () => (await pool())?.desired === 1, { timeoutMs: 15_000 });
    await waitFor(async () => (await gauges()).length > 0, { timeoutMs: 15_000 }); // once it leads
    await write('off');
    await waitFor(async () => (await pool())?.decision === null, { timeoutMs: 15_000 });
    expect([(await pool())?.desired, await gauges()]).toEqual([null, []]);
    await app.stop();
    await rm(folder, { recursive: true });
  }, 40_000);

  it('gives the lead up when it is told to stop', async () => {
    const env = { REDIS_URL: testRedisUrl(), QUEUE_PREFIX: testPrefix(), SIGNAL_INTERVAL: '200' };
    const [first, second] = await Promise.all([startApp('scaler', { env }), startApp('scaler', { env })]);
    const leads = async (app: App) => ((await (await fetch(`${app.url}/v1/pools`)).json()) as { leads: boolean }).leads;
    const leader = await waitFor(async () => ((await leads(first)) ? first : (await leads(second)) && second), { timeoutMs: 15_000 });
    await expect(leader.stop()).resolves.toEqual({ code: 0, signal: null });
    const other = leader === first ? second : first;
    await waitFor(() => leads(other), { timeoutMs: 5_000 });
    await other.stop();
  }, 40_000);
});
