import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type App, type Receiver, type Stack, startNode, startReceiver, startStack, waitFor } from '@dts/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Api, type Job } from './api.js';

const WORKER = resolve(import.meta.dirname, '../../../apps/worker/dist/main.js');
const JOBS = 50;
/** Milliseconds: a worker hands back what it runs five seconds before the end of its grace. */
const HAND_BACK_MS = 5_000;

describe('a worker that is told to stop', () => {
  let stack: Stack;
  let api: Api;
  let receiver: Receiver;
  let letGo: () => void;
  const started: App[] = [];

  beforeAll(async () => {
    receiver = await startReceiver();
    stack = await startStack({ apps: [] });
    api = new Api(stack.url, stack.apiKey);
  });
  afterAll(async () => {
    await stack?.stop();
    await receiver?.stop();
  });

  beforeEach(() => {
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    receiver.requests.length = 0;
    receiver.respond = async ({ path }) => {
      if (path === '/held') await held;
      return { body: {} };
    };
  });
  afterEach(async () => {
    letGo();
    await Promise.all(started.splice(0).map((app) => app.kill()));
  });

  const start = async (graceMs: number, env: Record<string, string> = {}) => {
    const app = await stack.start('worker', { SHUTDOWN_GRACE: String(graceMs), ...env });
    started.push(app);
    return app;
  };
  const submit = (path = '/held', options = {}) => api.submit('http.request', { url: receiver.url + path, method: 'GET' }, options);
  const submitMany = (options = {}) => Promise.all(Array.from({ length: JOBS }, () => submit('/held', options)));
  const job = async (id: string) => (await api.call('GET', `/v1/jobs/${id}`)).body;
  const states = async (ids: readonly string[]) => (await Promise.all(ids.map(job))).map(({ state }) => state);
  const allOf = (state: string) => Array(JOBS).fill(state);
  const stalls = async (ids: readonly string[]) => {
    const counts = await Promise.all(ids.map((id) => stack.redis.call('HGET', `${stack.prefix}:io:${id}`, 'stc')));
    return counts.filter((count) => count !== null);
  };

  it.each([
    ['five seconds before its grace ends', HAND_BACK_MS + 500],
    ['at once when the grace is shorter than that', 3_000],
    ['even when there is no grace', 0],
  ])(
    'hands back what would not end in time: %s',
    async (_when, graceMs) => {
      const leaving = await start(graceMs);
      const ids = await submitMany();
      await receiver.waitForCount(JOBS, 20_000);
      const exited = leaving.stop(30_000);
      await waitFor(async () => (await states(ids)).every((state) => state === 'waiting'), { timeoutMs: 15_000 });
      expect(await exited).toEqual({ code: 0, signal: null });
      letGo();
      await start(graceMs);
      const ends = await Promise.all(ids.map((id) => api.wait(id)));
      expect(ends.map(({ state, attemptsMade }: Job) => [state, attemptsMade])).toEqual(ids.map(() => ['completed', 1]));
      expect([receiver.requests.length, await stalls(ids)]).toEqual([2 * JOBS, []]);
    },
    60_000,
  );

  it('lets jobs end that do, answers health and metrics meanwhile, and fetches nothing more', async () => {
    const leaving = await start(20_000);
    const running = await submit();
    await receiver.waitForCount(1);
    leaving.program.signal('SIGTERM');
    leaving.program.signal('SIGTERM'); // once is enough, twice does no harm
    await waitFor(async () => (await fetch(`${leaving.url}/readyz`)).status === 503);
    expect((await fetch(`${leaving.url}/healthz`)).status).toBe(200);
    expect(await (await fetch(`${leaving.url}/metrics`)).text()).toContain('dts_worker_busy_slots{queue="io"}');
    const waiting = await submit('/next');
    letGo();
    expect(await leaving.program.exited).toEqual({ code: 0, signal: null });
    expect(await job(running)).toMatchObject({ state: 'completed', attemptsMade: 1 });
    expect(await job(waiting)).toMatchObject({ state: 'waiting' });
    expect(receiver.requests).toHaveLength(1);
    await start(0);
    expect(await api.wait(waiting)).toMatchObject({ state: 'completed' });
  }, 60_000);

  it('has what it hands back taken up by another before what came later, which goes by its priority', async () => {
    const leaving = await start(HAND_BACK_MS, { QUEUES: 'io:2' });
    const first = await submit();
    const prioritized = await submit('/held', { priority: 5 });
    await receiver.waitForCount(2);
    const later = await submit('/later');
    const laterPrioritized = await submit('/later', { priority: 5 });
    await leaving.stop(30_000);
    letGo();
    receiver.requests.length = 0;
    await start(0, { QUEUES: 'io:1' });
    await receiver.waitForCount(4, 15_000);
    const order = receiver.requests.map(({ idempotencyKey }) => idempotencyKey);
    expect([order.slice(0, 2).sort(), order.slice(2)]).toEqual([[first, prioritized].sort(), [later, laterPrioritized]]);
  }, 60_000);

  it('hands sandboxed work back, and has no attempt of it left running', async () => {
    const leaving = await start(1_000, { QUEUES: 'cpu:1' });
    const payload = { sourceUrl: `${receiver.url}/held`, destinationUrl: `${receiver.url}/put`, width: 10 };
    const id = await api.submit('image.thumbnail', payload);
    await receiver.waitForCount(1, 20_000);
    expect(await leaving.stop(20_000)).toEqual({ code: 0, signal: null });
    expect(await job(id)).toMatchObject({ state: 'waiting', attemptsMade: 0, attempts: [] });
    await api.call('DELETE', `/v1/jobs/${id}`);
  }, 60_000);

  it.each([50, 300, 600, 900])(
    'leaves nothing held when that is %p ms after its start',
    async (afterMs) => {
      const id = await submit('/quick');
      const { PATH, HOME } = process.env;
      const env = {
        REDIS_URL: stack.redis.url,
        QUEUE_PREFIX: stack.prefix,
        OUTBOUND_ALLOW_LOOPBACK: 'true',
        PORT: '0',
        PATH: PATH ?? '',
        HOME: HOME ?? '',
      };
      const program = await startNode(WORKER, { env });
      await delay(afterMs); // any moment of a start will do: these are some
      program.signal('SIGTERM');
      expect([0, null]).toContain((await program.exited).code);
      expect(['waiting', 'completed']).toContain((await job(id)).state);
      await start(0);
      expect(await api.wait(id)).toMatchObject({ state: 'completed', attemptsMade: 1 });
    },
    60_000,
  );

  it('ends by its grace though Redis is away, and its jobs run elsewhere once it is back', async () => {
    const leaving = await start(2_000, { LOCK_DURATION: '2000' });
    const id = await submit();
    await receiver.waitForCount(1);
    await stack.redis.kill();
    expect(await leaving.stop(12_000)).toEqual({ code: 0, signal: null });
    await stack.redis.restart();
    letGo();
    await start(0, { LOCK_DURATION: '2000' });
    expect(await waitFor(() => api.wait(id))).toMatchObject({ state: 'completed', attemptsMade: 1 });
  }, 60_000);

  it('loses nothing to jobs that end while they are handed back', async () => {
    const leaving = await start(HAND_BACK_MS);
    const ids = await submitMany();
    await receiver.waitForCount(JOBS, 20_000);
    leaving.program.signal('SIGTERM'); // hands back at once
    letGo();
    expect(await leaving.program.exited).toEqual({ code: 0, signal: null });
    expect((await states(ids)).filter((state) => state !== 'completed' && state !== 'waiting')).toEqual([]);
    await start(0);
    const ends = await Promise.all(ids.map((id) => api.wait(id)));
    expect(ends.map(({ state }) => state)).toEqual(allOf('completed'));
    expect(ends.map(({ attemptsMade }) => attemptsMade)).toEqual(ids.map(() => 1));
    expect(await stalls(ids)).toEqual([]);
  }, 60_000);
});
