import { startCluster, waitFor } from '@dts/testkit';
import { expect, it } from '@jest/globals';
import { connectWorker, keyPrefix } from '../connection.js';
import { open } from '../fixtures/open.js';
import { Leases } from './leases.js';

const worker = { id: 'w', host: 'h', pid: 1, version: '1', slots: 8, busy: 0, memoryBytes: 0, startedAt: 0 };

it('leases, keeps and ends jobs in a cluster', async () => {
  await using ending = new AsyncDisposableStack();
  const cluster = ending.adopt(await startCluster(), (started) => started.stop());
  const prefix = keyPrefix(cluster.url, 'dts');
  const opened = ending.use(await open(cluster.url, prefix));
  const patient = ending.adopt(
    connectWorker(cluster.url, () => {}),
    (client) => client.disconnect(),
  );
  const ended: string[] = [];
  const settled: string[] = [];
  const ignore = () => {};
  const events = {
    ended: (_job: object, { outcome }: { readonly outcome: string }) => void ended.push(outcome),
    settled: ({ state }: { readonly state: string }) => void settled.push(state),
    quarantined: ignore,
    unreadable: ignore,
    stalled: ignore,
    error: ignore,
  };
  const { queues, redis } = opened;
  const leases = ending.adopt(new Leases({ queues, redis, patient, prefix, leaseMs: 10_000, unreadableWaitMs: 0, events }), (started) =>
    started.stop(),
  );
  leases.start();
  const submission = { name: 'report.render', payload: { title: 't' }, options: {}, tenant: 'acme' };
  for (let n = 0; n < 3; n++) await opened.jobs.submit(submission);
  const given = await waitFor(async () => {
    const asked = { worker, queues: ['external'] as const, max: 3, waitMs: 5_000, gone: new AbortController().signal };
    const answer = await leases.ask(asked);
    return answer.leases.length === 3 && answer.leases;
  });
  const tokens = given.map(({ token }) => token);
  expect(await leases.beat(tokens)).toMatchObject(tokens.map(() => ({ directive: 'continue' })));
  const [done = '', failed = '', released = ''] = tokens;
  expect(await leases.complete(done, { document: '', rows: 0 })).toEqual({ outcome: 'completed' });
  expect(await leases.fail(failed, { error: { message: 'x' }, retryable: false })).toMatchObject({ outcome: 'dead' });
  expect(await leases.release(released)).toEqual({ outcome: 'released' });
  await expect(leases.complete(done, { document: '', rows: 0 })).rejects.toMatchObject({ code: 'lease-lost' });
  expect(ended.sort()).toEqual(['completed', 'final', 'shutdown']);
  expect(settled).toEqual(['completed', 'dead']);
}, 60_000);
