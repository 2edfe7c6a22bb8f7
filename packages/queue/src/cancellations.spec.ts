import { type RedisCluster, type RedisServer, startCluster, startRedis, testPrefix, waitFor } from '@dts/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Cancellations } from './cancellations.js';
import { connectProducer, connectWorker, keyPrefix, type RedisClient } from './connection.js';
import { type JobQueue, openQueues } from './queues.js';

const ignore = () => undefined;

describe.each([
  ['one server', () => startRedis()],
  ['a cluster', () => startCluster()],
] as const)('Cancellations on %s', (_name, start) => {
  let server: RedisServer | RedisCluster;
  let prefix: string;
  let redis: RedisClient;
  let queue: JobQueue;
  let cancellations: Cancellations;
  const listeners: RedisClient[] = [];

  beforeAll(async () => {
    server = await start();
  }, 60_000);
  afterAll(() => server?.stop());

  beforeEach(async () => {
    prefix = keyPrefix(server.url, testPrefix());
    redis = connectProducer(server.url, ignore);
    queue = openQueues(redis, prefix, ignore).io;
    cancellations = new Cancellations(redis, prefix);
    await waitFor(() => redis.status === 'ready');
  });
  afterEach(() => {
    for (const client of [redis, ...listeners.splice(0)]) client.disconnect();
  });

  const add = (jobId: string) => queue.add('x', { payload: null, tenant: 't' }, { jobId });
  /** A worker holds it. */
  const lock = (id: string) => redis.set(`${queue.toKey(id)}:lock`, 'token', 'PX', 60_000);
  const unlock = (id: string) => redis.del(`${queue.toKey(id)}:lock`);
  const listen = async () => {
    const heard: string[] = [];
    const listener = connectWorker(server.url, ignore);
    listeners.push(listener);
    cancellations.listen(listener, (id) => heard.push(id));
    await Promise.all([add('probe'), lock('probe')]);
    await waitFor(async () => (await cancellations.request(queue, 'probe')) === 'told' && heard.length > 0);
    await unlock('probe');
    return { heard, listener };
  };

  it('marks only what is there and has not ended', async () => {
    expect(await cancellations.request(queue, 'no-job')).toBe('missing');
    await add('ended');
    await redis.hset(queue.toKey('ended'), 'finishedOn', '1');
    expect(await cancellations.request(queue, 'ended')).toBe('ended');
    expect(await cancellations.pending()).toEqual([]);
  });

  it('keeps no wish for a job that does not run: its mark is enough', async () => {
    await add('waiting');
    expect(await cancellations.request(queue, 'waiting')).toBe('marked');
    expect(await redis.hget(queue.toKey('waiting'), 'defa')).toBe('cancelled');
    expect(await cancellations.pending()).toEqual([]);
  });

  it('tells every worker of one that runs, and forgets it once nobody holds it, however that came', async () => {
    const { heard } = await listen();
    await Promise.all([add('running'), lock('running'), add('other'), lock('other')]);
    expect(await cancellations.request(queue, 'running')).toBe('told');
    expect(await cancellations.request(queue, 'other')).toBe('told');
    await waitFor(() => heard.includes('running') && heard.includes('other'));
    expect((await cancellations.pending()).toSorted()).toEqual(['other', 'running']);
    await unlock('running');
    expect(await cancellations.pending()).toEqual(['other']);
    await unlock('other');
    expect(await cancellations.pending()).toEqual([]);
    expect(await redis.exists(`${prefix}:cancelling`)).toBe(0);
  });

  it('listens again by itself when its connection was lost', async () => {
    const { heard, listener } = await listen();
    await Promise.all([add('running'), lock('running')]);
    listener.disconnect(true);
    await waitFor(async () => (await cancellations.request(queue, 'running')) === 'told' && heard.includes('running'));
  });
});
