import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '@dts/testkit';
import { expect, it } from '@jest/globals';
import { bind, LONG, type Scene } from '../scene.js';

/** Cancellation, deadlines, and the orderly end. */
export function stops(scene: () => Scene): void {
  it(
    'stops a job that is cancelled',
    async () => {
      const { api, submit, until, untilRuns, untilStopped, startWorker } = bind(scene());
      await startWorker();
      const id = await submit('hold');
      await untilRuns(id);
      await api.call('DELETE', `/v1/jobs/${id}`);
      expect(await untilStopped(id)).toBe('cancelled');
      expect(await until(id, 'cancelled')).toMatchObject({ error: { code: 'cancelled' } });
    },
    LONG,
  );

  it(
    'stops a job whose time is up',
    async () => {
      const { submit, until, untilStopped, startWorker } = bind(scene());
      await startWorker();
      const id = await submit('hold', { timeout: 1_500, attempts: 1 });
      expect(await untilStopped(id)).toBe('timeout');
      expect(await until(id, 'dead')).toMatchObject({ error: { code: 'timeout' } });
    },
    LONG,
  );

  it(
    'finishes what it holds when it is told to end, and takes nothing more',
    async () => {
      const { submit, until, untilRuns, release, startWorker } = bind(scene());
      const ending = await startWorker({ slots: 2 });
      const id = await submit('hold');
      await untilRuns(id);
      const exited = ending.stop(30_000);
      await delay(500);
      const next = await submit('echo');
      await delay(500);
      release();
      expect(await until(id, 'completed')).toMatchObject({ attemptsMade: 1 });
      expect(await exited).toEqual({ code: 0, signal: null });
      expect(await scene().job(next)).toMatchObject({ state: 'waiting' });
      await startWorker();
      await until(next, 'completed');
    },
    LONG,
  );

  it(
    'hands back at once what does not end in its grace, and no attempt is used up',
    async () => {
      const { submit, until, untilRuns, untilStopped, release, startWorker } = bind(scene());
      const ending = await startWorker({ graceS: 1 });
      const id = await submit('hold');
      await untilRuns(id);
      const exited = ending.stop(30_000);
      expect(await untilStopped(id)).toBe('shutdown');
      await until(id, 'waiting');
      expect(await exited).toEqual({ code: 0, signal: null });
      await startWorker();
      await untilRuns(id, 2);
      release();
      expect(await until(id, 'completed')).toMatchObject({ attemptsMade: 1 });
    },
    LONG,
  );

  it(
    'takes nothing more while an operator wishes that it drains',
    async () => {
      const { api, stack, submit, until, startWorker } = bind(scene());
      await startWorker();
      const key = `${stack.prefix}:drain:${scene().workerId}`;
      const isDraining = async () => {
        const { body } = await api.call<{ items: { id: string; draining: boolean }[] }>('GET', '/v1/workers');
        return body.items.find((worker) => worker.id === scene().workerId)?.draining;
      };
      await waitFor(async () => (await isDraining()) === false);
      await stack.redis.call('SET', key, '1', 'PX', 60_000);
      await waitFor(isDraining, { timeoutMs: 15_000 });
      const id = await submit('echo');
      await delay(2_000);
      expect(await scene().job(id)).toMatchObject({ state: 'waiting' });
      await stack.redis.call('DEL', key);
      await until(id, 'completed');
    },
    LONG,
  );
}
