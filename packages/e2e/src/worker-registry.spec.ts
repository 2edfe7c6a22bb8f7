import { type App, type Stack, startStack, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

/** Milliseconds: a worker that dies is listed for ten seconds; the rest is for a machine under load. */
const GONE = { timeoutMs: 20_000 };

describe('the registry of workers', () => {
  let stack: Stack;
  let worker: App;

  beforeAll(async () => {
    stack = await startStack({ appEnv: { worker: { QUEUES: 'io:7,cpu:1' } } });
    worker = stack.apps.get('worker') as App;
  });
  afterAll(() => stack?.stop());

  const ids = async () => (await stack.redis.call('SMEMBERS', `${stack.prefix}:workers`)) as string[];
  const entry = async (id: string) => stack.redis.call('GET', `${stack.prefix}:worker:${id}`);
  const alive = async () => {
    const entries = await Promise.all((await ids()).map(entry));
    return entries.flatMap((text) => (text === null ? [] : [JSON.parse(String(text)) as Record<string, unknown>]));
  };

  it('has each process with all that it tells', async () => {
    const [told] = await waitFor(async () => (await alive()).length === 1 && (await alive()));
    expect(told).toEqual({
      id: expect.stringMatching(new RegExp(`^.+:${worker.pid}:[0-9a-f]{6}$`)),
      host: expect.any(String),
      pid: worker.pid,
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      queues: [
        { queue: 'io', slots: 7, busy: 0 },
        { queue: 'cpu', slots: 1, busy: 0 },
      ],
      eventLoopDelayMs: expect.any(Number),
      memoryBytes: expect.any(Number),
      startedAt: expect.any(Number),
      heartbeatAt: expect.any(Number),
      draining: false,
    });
    await waitFor(async () => Number((await alive())[0]?.heartbeatAt) > Number(told?.heartbeatAt));
  });

  it('is whole again after Redis was emptied, and after it was killed', async () => {
    await stack.redis.call('FLUSHALL');
    await waitFor(async () => (await alive()).length === 1, GONE);
    await stack.redis.kill();
    await stack.redis.restart();
    await stack.redis.call('FLUSHALL');
    await waitFor(async () => (await alive()).length === 1, GONE);
  }, 60_000);

  it('has only workers that are ready: one whose heartbeats Redis does not take says so', async () => {
    const readiness = async () => {
      const response = await fetch(`${worker.url}/readyz`);
      return { status: response.status, text: await response.text() };
    };
    expect((await readiness()).status).toBe(200);
    stack.redis.pause();
    try {
      await waitFor(async () => (await readiness()).text.includes('Redis does not take the heartbeats'), GONE);
      expect((await readiness()).status).toBe(503);
    } finally {
      stack.redis.resume();
    }
    await waitFor(async () => (await readiness()).status === 200, GONE);
  }, 60_000);

  it('knows at once of one that stops, and within ten seconds of one that is killed', async () => {
    const other = await stack.start('worker');
    await waitFor(async () => (await alive()).length === 2);
    expect(new Set(await ids()).size).toBe(2);
    await other.stop();
    expect(await ids()).toHaveLength(1);
    await worker.kill();
    const left = Number(await stack.redis.call('PTTL', `${stack.prefix}:worker:${(await ids())[0]}`));
    expect(left).toBeLessThanOrEqual(10_000);
    await waitFor(async () => (await alive()).length === 0, GONE);
  }, 60_000);
});
