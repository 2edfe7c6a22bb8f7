import { type RedisCluster, type RedisServer, startCluster } from '@dts/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { connectProducer, connectWorker, isAnswering, keyPrefix } from './connection.js';
import { Opened, open } from './fixtures/open.js';
import { Bench, submitThroughOutage, writesAfterLostConnection } from './fixtures/outage.js';

let cluster: RedisCluster;
let prefix: string;
let number = 0;

/** Of ours, as all keys of one prefix have one slot. */
const master = () => cluster.masterOf(prefix);

beforeEach(() => {
  prefix = `{test-${++number}}`;
});

describe('through a cluster with replicas', () => {
  beforeAll(async () => {
    cluster = await startCluster({ replicas: 1 });
  });
  afterAll(() => cluster.stop());

  it('submissions and workers go on by themselves when the master is killed, and a job that ended meanwhile ran once', async () => {
    await using bench = new Bench(cluster.url, prefix);
    await bench.opened.ready();
    await bench.untilCompleted(await bench.submit());
    const held = await bench.startJob();
    const killed = await master();
    await killed.call('WAIT', 1, 5_000);
    await killed.kill();
    held.end();
    await bench.untilCompleted(await submitThroughOutage(bench.opened));
    await expect(master()).resolves.not.toBe(killed);
    await bench.untilCompleted(held.id);
    expect(bench.runs.get(held.id)).toBe(1);
    await killed.restart();
  });
});

describe('through a cluster', () => {
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster.stop());
  afterEach(() => cluster.untilUp());

  it('submissions and workers follow a slot to another master', async () => {
    await using bench = new Bench(cluster.url, prefix);
    await bench.opened.ready();
    const held = await bench.startJob();
    const from = await master();
    await cluster.moveSlotOf(prefix, otherThan(from));
    held.end();
    // The second one tells that the connection on which workers wait has followed, too.
    for (let jobs = 0; jobs < 2; jobs++) await bench.untilCompleted(await bench.submit());
    await bench.untilCompleted(held.id);
    expect(bench.runs.get(held.id)).toBe(1);
    await expect(from.call('CLUSTER', 'COUNTKEYSINSLOT', String(await from.call('CLUSTER', 'KEYSLOT', prefix)))).resolves.toBe(0);
  });

  it('a master that is restarted is waited for by workers, and refused by gateways meanwhile', async () => {
    await using bench = new Bench(cluster.url, prefix);
    await bench.opened.ready();
    const held = await bench.startJob();
    const killed = await master();
    await killed.kill();
    held.end();
    await expect(bench.submit()).rejects.toMatchObject({ name: 'QueueError' });
    await expect(isAnswering(bench.opened.redis, prefix)).resolves.toBe(false);
    await killed.restart();
    await bench.untilCompleted(await submitThroughOutage(bench.opened));
    await bench.untilCompleted(held.id);
    expect(bench.runs.get(held.id)).toBe(1);
  });

  it('all masters at once may be gone, also when a gateway starts', async () => {
    await using bench = new Bench(cluster.url, prefix);
    await bench.opened.ready();
    const held = await bench.startJob();
    await Promise.all(cluster.nodes.map((node) => node.kill()));
    held.end();
    using early = new Opened(cluster.url, prefix);
    await expect(early.jobs.get(held.id)).rejects.toMatchObject({ code: 'unavailable' });
    await Promise.all(cluster.nodes.map((node) => node.restart()));
    await bench.untilCompleted(await submitThroughOutage(early));
    await bench.untilCompleted(held.id);
    expect(bench.runs.get(held.id)).toBe(1);
  });

  it('a master that hangs is told of within a second', async () => {
    using opened = await open(cluster.url, prefix);
    const paused = await master();
    paused.pause();
    await expect(isAnswering(opened.redis, prefix)).resolves.toBe(false);
    paused.resume();
    await submitThroughOutage(opened);
  });

  it('a write whose connection was lost is repeated by workers, never by gateways', async () => {
    prefix = keyPrefix(cluster.url, 'dts');
    const server = await master();
    await expect(writesAfterLostConnection(connectProducer, cluster.url, server)).resolves.toEqual({ outcome: 'failed', writes: 0 });
    await expect(writesAfterLostConnection(connectWorker, cluster.url, server)).resolves.toEqual({ outcome: 'done', writes: 1 });
  });
});

describe('keyPrefix', () => {
  it('puts all keys of a cluster into one slot, and leaves others as they are', () => {
    expect(keyPrefix('redis+cluster://c1', 'dts')).toBe('{dts}');
    expect(keyPrefix('redis+cluster://c1', 'a{b}')).toBe('a{b}');
    expect(keyPrefix('redis+sentinel://s1/m', 'dts')).toBe('dts');
  });
});

function otherThan(node: RedisServer): RedisServer {
  return cluster.nodes.find((other) => other !== node) ?? node;
}
