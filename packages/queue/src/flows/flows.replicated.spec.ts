import { randomUUID } from 'node:crypto';
import { type RedisCluster, type ReplicaSet, startCluster, startReplicaSet, testPrefix, waitFor } from '@dts/testkit';
import { afterEach, describe, expect, it } from '@jest/globals';
import { keyPrefix } from '../connection.js';
import { FlowBench, failing, job, statesOf, thumbnail } from '../fixtures/flow-bench.js';
import { open } from '../fixtures/open.js';
import { nodesOf } from './nodes-of.js';

const PATIENTLY = { timeoutMs: 15_000 };
const TREE = job('root', { children: [failing('ignore'), thumbnail('b', { children: [job('c')] })] });

let servers: ReplicaSet | RedisCluster;
let bench: FlowBench;

afterEach(async () => {
  await bench?.[Symbol.asyncDispose]();
  await servers.stop();
});

const submit = (idempotencyKey = randomUUID()) => bench.flows.submit({ root: TREE, tenant: 'acme', idempotencyKey });

describe('with replicas', () => {
  it('a flow is acknowledged once all of them have every job of it, and its cancellation', async () => {
    const set = await startReplicaSet();
    servers = set;
    bench = new FlowBench(await open(set.master.url, testPrefix(), 1));
    const { flow } = await waitFor(() => submit(), PATIENTLY);
    const keys = nodesOf(flow.root).map(({ job: { queue, id } }) => bench.opened.queues[queue].toKey(id));
    expect(await Promise.all(set.replicas.map((replica) => replica.call('EXISTS', ...keys)))).toEqual(set.replicas.map(() => keys.length));
    set.replicas[0]?.pause();
    const key = randomUUID();
    await expect(submit(key)).rejects.toMatchObject({ code: 'outcome-unknown' });
    await expect(submit(key)).rejects.toMatchObject({ code: 'outcome-unknown' });
    await expect(bench.flows.cancel(flow.id)).rejects.toMatchObject({ code: 'outcome-unknown' });
    set.replicas[0]?.resume();
    await expect(waitFor(() => submit(key), PATIENTLY)).resolves.toMatchObject({ outcome: 'replayed' });
  });
});

describe('in a cluster', () => {
  it('flows run, and are cancelled', async () => {
    servers = await startCluster();
    bench = new FlowBench(await open(servers.url, keyPrefix(servers.url, testPrefix())));
    const cancelled = await waitFor(() => submit(), PATIENTLY);
    await bench.flows.cancel(cancelled.flow.id);
    bench.start();
    const { flow } = await submit();
    expect(statesOf(await bench.untilEnded(flow.id))).toEqual(['completed', 'dead: final', 'completed', 'completed']);
    expect(statesOf(await bench.untilEnded(cancelled.flow.id))).toEqual(Array(4).fill('cancelled: cancelled'));
  });
});
