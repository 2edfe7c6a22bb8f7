import { readFileSync } from 'node:fs';
import { freePort, startRedis, waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SmallCheckout } from './testing/small-checkout.js';

let checkout: SmallCheckout;

beforeEach(() => {
  checkout = new SmallCheckout();
});

afterEach(() => checkout.remove());

async function startWorker(env: Readonly<Record<string, string>> = {}) {
  const port = await freePort();
  const program = await checkout.run('workers', { PORT: String(port), ...env });
  const url = `http://127.0.0.1:${port}`;
  await waitFor(() => program.stdout.includes('worker is listening'), { timeoutMs: 10_000 });
  return { program, url, self: (await (await fetch(`${url}/self`)).json()) as { env: Record<string, string> } };
}

describe('npm run workers', () => {
  it("works on the running stack's Redis, and may call this machine's services as the stack's own worker may", async () => {
    await checkout.startStack();
    const { self } = await startWorker();
    const REDIS_URL = readFileSync(checkout.data('redis-url'), 'utf8');
    expect(self.env).toMatchObject({ REDIS_URL, OUTBOUND_ALLOW_LOOPBACK: 'true', LOG_FORMAT: 'pretty' });
  });

  it('takes the Redis that REDIS_URL names, and finishes its jobs when told to stop', async () => {
    const redis = await startRedis();
    const { program, url, self } = await startWorker({ REDIS_URL: redis.url });
    expect(self.env.REDIS_URL).toBe(redis.url);
    expect(self.env).not.toHaveProperty('OUTBOUND_ALLOW_LOOPBACK');
    await fetch(`${url}/job`);
    program.signal('SIGINT');
    await fetch(`${url}/job-done`);
    expect(await program.exited).toEqual({ code: 0, signal: null });
    await redis.stop();
  });

  it('says where it looked when there is no Redis', async () => {
    const program = await checkout.run('workers', { REDIS_URL: `redis://127.0.0.1:${await freePort()}` });
    expect(await program.exited).toEqual({ code: 1, signal: null });
    expect(program.stderr).toMatch(/^Redis at 127\.0\.0\.1:\d+ cannot be used .*\n$/);
  });
});
