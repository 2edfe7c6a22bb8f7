import { waitFor } from '@dts/testkit';
import { expect, it } from '@jest/globals';
import { bind, LONG, type Scene } from '../scene.js';

/** Lease, and what an attempt may come to. */
export function ends(scene: () => Scene): void {
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
