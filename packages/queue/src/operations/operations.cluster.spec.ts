import { type RedisCluster, startCluster, testPrefix, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { keyPrefix } from '../connection.js';
import { bury } from '../fixtures/dying.js';
import { open } from '../fixtures/open.js';
import { Operating, specOfOperation } from '../fixtures/operating.js';
import type { OperationKind } from './operation.js';

const PATIENTLY = { timeoutMs: 20_000 };

let cluster: RedisCluster;

beforeAll(async () => {
  cluster = await startCluster();
}, 60_000);
afterAll(() => cluster?.stop());

it.each<OperationKind>(['redrive', 'purge'])('%s works on a cluster, with all its keys in one slot', async (kind) => {
  using opened = await open(cluster.url, keyPrefix(cluster.url, testPrefix()));
  await bury(opened, Array(5).fill({ options: { tags: [kind] } }));
  await using gateway = new Operating(opened).start();
  const { operation } = await gateway.operations.start(specOfOperation({ kind, filter: { tag: kind } }));
  const ended = await waitFor(async () => {
    const { state, ...rest } = await gateway.operations.get(operation.id);
    return state === 'completed' && rest;
  }, PATIENTLY);
  expect(ended).toMatchObject({ done: 5, failed: 0, skipped: 0 });
  expect(await opened.redis.zcard(opened.queues.io.toKey('failed'))).toBe(0);
});
