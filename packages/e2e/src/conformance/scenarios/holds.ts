import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '@dts/testkit';
import { expect, it } from '@jest/globals';
import { DroppingProxy } from '../dropping-proxy.js';
import { bind, LEASE_MS, LONG, type Scene } from '../scene.js';

/** Of the scenario in which workers are killed: jobs, milliseconds that each takes, workers. */
const [JOBS, RUN_MS, KILLS] = [200, 200, 6];

/** Heartbeats: a lease holds as long as its worker lives, and ends for one that does not. */
export function holds(scene: () => Scene): void {
  it(
    'keeps its leases for as long as the jobs run',
    async () => {
      const { submit, until, untilRuns, release, requestsOf, startWorker } = bind(scene());
      await startWorker();
      const id = await submit('hold');
      await untilRuns(id);
      await delay(2.5 * LEASE_MS);
      release();
      expect(await until(id, 'completed')).toMatchObject({ result: { document: 'held' }, attemptsMade: 1 });
      expect(requestsOf(id, '/hold')).toHaveLength(1);
    },
    LONG,
  );

  it(
    'is too late when it stood still for longer than its lease, changes nothing, and goes on',
    async () => {
      const { submit, until, untilRuns, release, startWorker } = bind(scene());
      const late = await startWorker({ slots: 1 });
      const id = await submit('hold');
      await untilRuns(id);
      late.signal('SIGSTOP');
      await startWorker({ slots: 1 });
      await untilRuns(id, 2);
      release('second');
      const ended = await until(id, 'completed');
      expect(ended).toMatchObject({ result: { document: 'second' }, attemptsMade: 1 });
      late.signal('SIGCONT');
      const after = await Promise.all(Array.from({ length: 4 }, () => submit('hold')));
      for (const next of after) await until(next, 'completed');
      expect({ running: late.isRunning, job: await scene().job(id) }).toEqual({ running: true, job: ended });
    },
    LONG,
  );

  it(
    'completes once when the answer is lost, and takes the refusal of the second call for what it is',
    async () => {
      const { stack, submit, until, startWorker } = bind(scene());
      let drops = 1;
      await using proxy = await DroppingProxy.start(stack.url, (path) => path.includes(':complete') && drops-- > 0);
      const worker = await startWorker({ url: proxy.url });
      const id = await submit('echo');
      const ended = await until(id, 'completed');
      await until(await submit('echo'), 'completed');
      expect(proxy.dropped).toHaveLength(1);
      expect({ running: worker.isRunning, job: await scene().job(id) }).toEqual({ running: true, job: ended });
    },
    LONG,
  );

  it(
    'loses its job to another when it is killed, and no attempt is used up',
    async () => {
      const { submit, until, untilRuns, release, startWorker } = bind(scene());
      const dying = await startWorker({ slots: 8 });
      const ids = await Promise.all(Array.from({ length: 8 }, () => submit('hold')));
      for (const id of ids) await untilRuns(id);
      await dying.kill();
      await startWorker({ slots: 8 });
      for (const id of ids) await untilRuns(id, 2);
      release();
      for (const id of ids) expect(await until(id, 'completed')).toMatchObject({ attemptsMade: 1 });
    },
    LONG,
  );

  it(
    'loses no job however many of its kind are killed',
    async () => {
      const { submit, until, receiver, startWorker } = bind(scene());
      receiver.respond = async () => {
        await delay(RUN_MS);
        return { body: 'held' };
      };
      const ids = await Promise.all(Array.from({ length: JOBS }, () => submit('hold')));
      const alive = [await startWorker({ slots: 8 }), await startWorker({ slots: 8 })];
      for (let kill = 1; kill <= KILLS; kill++) {
        const started = receiver.requests.length;
        await waitFor(() => receiver.requests.length > started, { timeoutMs: 30_000 });
        await alive.shift()?.kill();
        alive.push(await startWorker({ slots: 8 }));
      }
      for (const id of ids) expect(await until(id, 'completed', LONG)).toMatchObject({ attemptsMade: 1 });
    },
    2 * LONG,
  );

  it(
    'is rid of a job that ends its process again and again',
    async () => {
      const { job, submit, until, startWorker } = bind(scene());
      let worker = await startWorker();
      const id = await submit('crash');
      let crashes = 0;
      const isDead = async () => {
        if (!worker.isRunning) {
          crashes++;
          worker = await startWorker();
        }
        return (await job(id)).state === 'dead';
      };
      await waitFor(isDead, { timeoutMs: LONG, describe: 'the job to be dead' });
      expect(await job(id)).toMatchObject({ error: { code: 'crashed-its-worker' } });
      await until(await submit('echo'), 'completed');
      // Three among others, and three alone: no fewer would tell that it is to blame.
      expect({ crashes, running: worker.isRunning }).toEqual({ crashes: 6, running: true });
    },
    2 * LONG,
  );
}
