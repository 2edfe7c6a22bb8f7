import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '@dts/testkit';
import { expect, it } from '@jest/globals';
import { bind, LEASE_MS, LONG, type Scene } from '../scene.js';

/** Outages that are shorter than a lease. */
export function survives(scene: () => Scene): void {
  it(
    'goes on when its gateway is killed and comes back',
    async () => {
      const { stack, submit, until, untilRuns, release, requestsOf, startWorker } = bind(scene());
      await using gateways = new AsyncDisposableStack();
      const first = gateways.adopt(await stack.start('gateway'), async (app) => void (await app.kill()));
      await startWorker({ url: first.url });
      const id = await submit('hold');
      await untilRuns(id);
      await first.kill();
      const second = await stack.start('gateway', { PORT: String(first.port) });
      await delay(LEASE_MS / 2);
      release();
      expect(await until(id, 'completed')).toMatchObject({ attemptsMade: 1 });
      await until(await submit('echo'), 'completed');
      expect(requestsOf(id, '/hold').length).toBeGreaterThan(0);
      gateways.adopt(second, async (app) => void (await app.kill()));
    },
    LONG,
  );

  it(
    'goes on when Redis is killed and comes back',
    async () => {
      const { stack, submit, until, untilRuns, release, startWorker } = bind(scene());
      const worker = await startWorker();
      const id = await submit('hold');
      await untilRuns(id);
      await stack.redis.kill();
      await delay(LEASE_MS / 4);
      await stack.redis.restart();
      release();
      expect(await until(id, 'completed')).toMatchObject({ result: { document: 'held' }, attemptsMade: 1 });
      await until(await waitFor(() => submit('echo')), 'completed');
      expect(worker.isRunning).toBe(true);
    },
    LONG,
  );
}
