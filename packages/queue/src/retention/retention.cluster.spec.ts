import { type RedisCluster, startCluster, testPrefix, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { keyPrefix } from '../connection.js';
import { bury } from '../fixtures/dying.js';
import { FlowBench, job } from '../fixtures/flow-bench.js';
import { open } from '../fixtures/open.js';
import { EarlyEnds } from './early-ends.js';
import { Retention } from './retention.js';

let cluster: RedisCluster;

beforeAll(async () => {
  cluster = await startCluster();
}, 60_000);
afterAll(() => cluster?.stop());

it('works on a cluster, with all keys in one slot, and so does the list of flows', async () => {
  const opened = await open(cluster.url, keyPrefix(cluster.url, testPrefix()));
  await using bench = new FlowBench(opened);
  await bury(opened, Array(3).fill({}), { code: 'expired', message: 'too late' });
  await bury(opened, [{}]);
  const { id } = await bench.submit(job('root', { children: [job('child')] }));
  const ends = new EarlyEnds(opened.queues, opened.redis);
  const retention = new Retention(opened.queues, opened.redis, opened.prefix);
  await retention.tend();
  expect(await ends.count('io')).toEqual({ dead: 1, cancelled: 0, expired: 3 });
  await retention.tend(Date.now() + 25 * 3_600_000);
  expect(await ends.count('io')).toEqual({ dead: 1, cancelled: 0, expired: 0 });
  expect(await bench.flows.list({ states: ['running'] }, 10)).toMatchObject({ items: [{ id, jobs: 2, tenant: 'acme', state: 'running' }] });
  bench.start();
  await waitFor(async () => (await bench.flows.list({ tenant: 'acme', states: ['completed'] }, 10)).items.length === 1);
});
