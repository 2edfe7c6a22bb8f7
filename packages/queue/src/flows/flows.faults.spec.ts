import { randomUUID } from 'node:crypto';
import { type RedisServer, startRedis, waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FlowBench, job, statesOf, thumbnail } from '../fixtures/flow-bench.js';
import { open } from '../fixtures/open.js';
import { jobIdFor } from '../job-id.js';
import { nodesOf } from './nodes-of.js';

const PATIENTLY = { timeoutMs: 15_000 };
const TREE = job('root', { children: [job('a'), thumbnail('b', { children: [job('c'), job('d')] })] });
const NAMES = ['a', 'b', 'c', 'd', 'root'];

let server: RedisServer;
let bench: FlowBench;

beforeEach(async () => {
  server = await startRedis();
  bench = new FlowBench(await open(server.url));
  // From now on the server knows the script, so that what arrives late is carried out.
  await using other = new FlowBench(await open(server.url));
  await other.submit(TREE);
});
afterEach(async () => {
  await bench[Symbol.asyncDispose]();
  await server.stop();
});

const submit = (idempotencyKey: string) => bench.flows.submit({ root: TREE, tenant: 'acme', idempotencyKey });
const submitUntilAcknowledged = (key: string) => waitFor(() => submit(key), PATIENTLY);

describe('a flow whose submission was not answered', () => {
  it('and arrived late, after it had run even, is there once when it is repeated', async () => {
    const key = randomUUID();
    const id = jobIdFor('io', 'acme', key);
    server.pause();
    await expect(submit(key)).rejects.toMatchObject({ code: 'outcome-unknown', jobId: id });
    server.resume();
    await waitFor(async () => (await bench.opened.redis.exists(bench.opened.queues.io.toKey(id))) === 1, PATIENTLY);
    bench.start();
    await bench.untilEnded(id);
    const { outcome, flow } = await submitUntilAcknowledged(key);
    expect([outcome, ...statesOf(flow)]).toEqual(['replayed', ...Array(5).fill('completed')]);
    expect([...bench.ran].sort()).toEqual(NAMES);
  });

  it('and is repeated before the first one arrives is stored and run once', async () => {
    const keys = Array.from({ length: 10 }, () => randomUUID());
    using other = await open(server.url, bench.opened.prefix);
    const second = new FlowBench(other);
    bench.start();
    server.pause();
    const unanswered = await Promise.all(keys.map((key) => submit(key).catch((error: { code: string }) => error.code)));
    expect(new Set(unanswered)).toEqual(new Set(['outcome-unknown']));
    server.resume();
    const flows = await Promise.all(
      keys.map((idempotencyKey) => waitFor(() => second.flows.submit({ root: TREE, tenant: 'acme', idempotencyKey }), PATIENTLY)),
    );
    for (const { flow } of flows) expect(statesOf(await bench.untilEnded(flow.id))).toEqual(Array(5).fill('completed'));
    expect([...bench.ran].sort()).toEqual(NAMES.flatMap((name) => Array(10).fill(name)));
  });

  it('because its connection was cut is there as a whole or not at all, and once when it is repeated', async () => {
    const keys = Array.from({ length: 20 }, () => randomUUID());
    const outcomes = Promise.allSettled(keys.map(submit));
    await server.call('CLIENT', 'KILL', 'TYPE', 'normal');
    await outcomes;
    await waitFor(async () => (await bench.opened.redis.ping()) === 'PONG', PATIENTLY);
    const stored = await bench.opened.storedIds();
    expect(stored.length % 5).toBe(0);
    const flows = await Promise.all(keys.map(submitUntilAcknowledged));
    expect(new Set(await bench.opened.storedIds())).toEqual(
      new Set(flows.flatMap(({ flow }) => nodesOf(flow.root).map((node) => node.job.id))),
    );
    await expect(bench.opened.storedIds()).resolves.toHaveLength(100);
  });
});

describe('a flow on a Redis that', () => {
  it('is out of memory, or has too few replicas, is refused as a whole and can be repeated', async () => {
    const { redis } = bench.opened;
    for (const [setting, weak, code] of [
      ['maxmemory', '1', 'OOM'],
      ['min-replicas-to-write', '1', 'NOREPLICAS'],
    ] as const) {
      const key = randomUUID();
      await redis.config('SET', setting, weak);
      await expect(submit(key)).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining(code) });
      await expect(bench.opened.storedIds()).resolves.toEqual([]);
      await redis.config('SET', setting, '0');
      await expect(submit(key)).resolves.toMatchObject({ outcome: 'created' });
      await redis.flushall();
    }
  });

  it('is killed right after the answer, and comes back, is all there, and runs', async () => {
    const flows = await Promise.all(Array.from({ length: 10 }, () => submit(randomUUID())));
    await server.kill();
    await server.restart();
    await waitFor(async () => (await bench.opened.redis.ping()) === 'PONG', PATIENTLY);
    bench.start();
    for (const { flow } of flows) expect(statesOf(await bench.untilEnded(flow.id))).toEqual(Array(5).fill('completed'));
  });

  it('is killed while flows run brings each of them to its end', async () => {
    const held = bench.hold('c');
    bench.start();
    const { flow } = await submit(randomUUID());
    await bench.untilRan('c');
    await server.kill();
    await server.restart();
    held.end();
    expect(statesOf(await waitFor(() => bench.untilEnded(flow.id), { timeoutMs: 30_000 }))).toEqual(Array(5).fill('completed'));
    expect(bench.ran.indexOf('root')).toBe(bench.ran.length - 1);
  });
});
