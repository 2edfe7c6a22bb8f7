import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '@dts/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DroppingProxy } from './dropping-proxy.js';
import { LEASE_MS, Scene } from './scene.js';
import type { StartWorker } from './worker-driver.js';

const LONG = 90_000;
/** Of the scenario in which workers are killed: jobs, milliseconds that each takes, workers. */
const [JOBS, RUN_MS, KILLS] = [200, 200, 6];

/** What every worker that leases must do, in whatever language it is written. */
export function itConforms(language: string, start: StartWorker): void {
  describe(`a worker in ${language}`, () => {
    let scene: Scene;
    beforeAll(async () => {
      scene = await Scene.open(start);
    }, LONG);
    beforeEach(() => scene.reset());
    afterAll(() => scene?.close());

    ends(() => scene);
    holds(() => scene);
    survives(() => scene);
    stops(() => scene);
  });
}

/** Lease, and what an attempt may come to. */
function ends(scene: () => Scene): void {
  it(
    'runs jobs, and is known to the registry',
    async () => {
      const { api, submit, until, startWorker } = bind(scene());
      await startWorker({ slots: 3 });
      const ids = await Promise.all(Array.from({ length: 20 }, () => submit('echo')));
      for (const id of ids) expect(await until(id, 'completed')).toMatchObject({ result: { document: 'echo', rows: 0 }, attemptsMade: 1 });
      const listed = async () =>
        (await api.call<{ items: { queues: object[]; host: string; version: string }[] }>('GET', '/v1/workers')).body.items;
      await waitFor(async () => (await listed()).length > 0);
      expect((await listed()).some(({ queues }) => JSON.stringify(queues).includes('"name":"external","slots":3'))).toBe(true);
    },
    LONG,
  );

  it(
    'reports progress and log lines',
    async () => {
      const { api, submit, until, startWorker } = bind(scene());
      await startWorker();
      const id = await submit('progress');
      expect(await until(id, 'completed')).toMatchObject({ progress: { done: 1 } });
      const logs = (await api.call<{ items: { text: string }[] }>('GET', `/v1/jobs/${id}/logs`)).body.items;
      expect(logs.map(({ text }) => text)).toEqual(['half way']);
    },
    LONG,
  );

  it(
    'says of a failed attempt whether another may succeed',
    async () => {
      const { submit, until, startWorker } = bind(scene());
      await startWorker();
      const [retried, final, thrown, bad] = await Promise.all([
        submit('retry'),
        submit('final'),
        submit('throw', { attempts: 1 }),
        submit('bad-result'),
      ]);
      expect(await until(retried, 'completed')).toMatchObject({
        attemptsMade: 2,
        attempts: [{ error: { code: 'busy', message: 'come back' } }, {}],
      });
      expect(await until(final, 'dead')).toMatchObject({ attemptsMade: 1, error: { code: 'broken', message: 'never' } });
      expect(await until(thrown, 'dead')).toMatchObject({ error: { code: 'handler-error', message: expect.stringContaining('oops') } });
      expect(await until(bad, 'dead')).toMatchObject({ error: { code: 'invalid-result' } });
    },
    LONG,
  );
}

/** Heartbeats: a lease holds as long as its worker lives, and ends for one that does not. */
function holds(scene: () => Scene): void {
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
}

/** Outages that are shorter than a lease. */
function survives(scene: () => Scene): void {
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

/** Cancellation, deadlines, and the orderly end. */
function stops(scene: () => Scene): void {
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

/** Its methods, to be taken apart. */
function bind(scene: Scene) {
  const { stack, api, receiver } = scene;
  return {
    stack,
    api,
    receiver,
    submit: scene.submit.bind(scene),
    until: scene.until.bind(scene),
    untilRuns: scene.untilRuns.bind(scene),
    untilStopped: scene.untilStopped.bind(scene),
    release: scene.release.bind(scene),
    requestsOf: scene.requestsOf.bind(scene),
    startWorker: scene.startWorker.bind(scene),
  };
}
