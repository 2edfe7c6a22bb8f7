import { startRedis, testPrefix } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type FlowJob as BullFlowJob, FlowProducer } from 'bullmq';
import { FlowBench, failing, job, thumbnail } from '../fixtures/flow-bench.js';
import { type Opened, open } from '../fixtures/open.js';
import type { FlowNodeInput } from './flow.js';
import { FlowIndex } from './flow-index.js';
import { type PlannedNode, planFlow } from './flow-plan.js';
import { FlowStore } from './flow-store.js';
import { toBullJob } from './new-node.js';
import { nodesOf } from './nodes-of.js';

/** One of each kind of node, on two queues. */
const TREE: FlowNodeInput = job('root', {
  options: { attempts: 3, tags: ['x'] },
  children: [
    thumbnail('middle', { onFailure: 'ignore', options: { delay: 50, priority: 4 }, children: [job('leaf', { onFailure: 'continue' })] }),
    failing('remove', { options: { priority: 2 } }),
    job('later', { options: { delay: 5_000 } }),
    job('much-later', { options: { delay: 60_000, priority: 3 } }),
  ],
});

let bench: FlowBench;
let opened: Opened;

beforeEach(async () => {
  opened = await open();
  bench = new FlowBench(opened);
});
afterEach(() => bench[Symbol.asyncDispose]());

/** Every key below the prefix, as a test can compare it: without times and the order of events, and JSON as what it says. */
async function dump({ redis, prefix }: Pick<Opened, 'redis' | 'prefix'>): Promise<Record<string, unknown>> {
  const keys = (await redis.keys(`${prefix}:*`)).filter((key) => !/:(idempotency:|flows\b)/.test(key)).sort();
  const entries = await Promise.all(keys.map(async (key) => [key.slice(prefix.length), await read(redis, key)]));
  const text = JSON.stringify(Object.fromEntries(entries)).replaceAll(prefix, 'P');
  return JSON.parse(text.replaceAll(/\b1\d{12}\b/g, 'TIME').replaceAll(/"[56]?\d{12,17}(\.\d+)?"/g, '"TIME"'));
}

async function read(redis: Opened['redis'], key: string): Promise<unknown> {
  switch (await redis.type(key)) {
    case 'hash':
      return Object.fromEntries(
        Object.entries(await redis.hgetall(key)).map(([field, value]) => [field, value.startsWith('{') ? JSON.parse(value) : value]),
      );
    case 'list':
      return redis.lrange(key, 0, -1);
    case 'set':
      return (await redis.smembers(key)).sort();
    case 'zset': {
      const members = await redis.zrange(key, '0', '-1');
      return key.endsWith(':prioritized') ? members.sort() : members; // all arrive at once, in whatever order
    }
    case 'stream':
      return (await redis.xrange(key, '-', '+')).map(([, fields]) => fields.join(' ')).sort();
    default:
      return redis.get(key);
  }
}

describe('a flow', () => {
  it("is stored as BullMQ's own producer stores it", async () => {
    const root = planFlow({ root: TREE, tenant: 'acme', idempotencyKey: 'key' });
    const jobs = nodesOf(root).map((node) => toBullJob(opened.queues, node, root.id));
    await expect(new FlowStore(opened.redis, new FlowIndex(opened.queues, opened.redis, opened.prefix)).store(jobs, true)).resolves.toEqual(
      { kind: 'stored' },
    );
    using theirs = await open(opened.url);
    const producer = new FlowProducer({ connection: theirs.redis, prefix: theirs.prefix });
    const toBull = (node: PlannedNode): BullFlowJob => {
      const { name, data, opts, queueName } = toBullJob(theirs.queues, node, root.id);
      const { parent, ...own } = opts;
      return { name, data, opts: own, queueName, children: node.children.map(toBull) };
    };
    await producer.add(toBull(root));
    expect(await dump(opened)).toEqual(await dump(theirs));
  });

  it('of a thousand jobs is stored in one step', async () => {
    const children = Array.from({ length: 999 }, (_, index) => job(`leaf-${index}`));
    await bench.submit(job('root', { children }));
    await expect(opened.storedIds()).resolves.toHaveLength(1_000);
  });
});

describe('a Redis that takes some of the keys only', () => {
  it.each([
    ['a queue', ['~*:idempotency:*', '~*:flows*', '~*:io:*', '~*:events', '~*:meta']],
    ['the list that workers look at', ['~*:idempotency:*', '~*:flows*', '~*_*', '~*:id', '~*:events', '~*:meta', '~*:waiting-children']],
    ['the claims', ['~*:io:*', '~*:cpu:*']],
  ])('has nothing of a flow for which it does not take %s', async (_what, keys) => {
    const server = await startRedis();
    try {
      using admin = await open(server.url, testPrefix());
      await admin.redis.call('ACL', 'SETUSER', 'weak', 'on', '>pw', '+@all', ...keys);
      await using weak = new FlowBench(await open(`redis://weak:pw@127.0.0.1:${server.port}`, admin.prefix));
      const flow = job('root', { children: [job('first'), thumbnail('second')] });
      await expect(weak.submit(flow, 'key')).rejects.toMatchObject({
        code: 'unavailable',
        cause: { message: expect.stringMatching(/NOPERM|can't access/) },
      });
      const left = (await admin.redis.keys('*')).filter((key) => !/:(meta|events|id)$/.test(key));
      expect(left).toEqual([]);
      const strong = new FlowBench(await open(server.url, admin.prefix));
      await strong.submit(flow, 'key');
      await strong[Symbol.asyncDispose]();
      await expect(admin.storedIds()).resolves.toHaveLength(3);
    } finally {
      await server.stop();
    }
  });
});
