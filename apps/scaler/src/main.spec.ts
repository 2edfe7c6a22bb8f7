import { startApp, startRedis, testPrefix, testRedisUrl } from '@dts/testkit';
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

  it('refuses a mode that it does not have yet', async () => {
    const starting = startApp('scaler', {
      env: { REDIS_URL: testRedisUrl(), QUEUE_PREFIX: testPrefix(), SCALER_MODE: 'act', SIGNAL_INTERVAL: '1' },
    });
    await expect(starting).rejects.toThrow(/SCALER_MODE: .*observe[\s\S]*SIGNAL_INTERVAL: /);
  });
});
