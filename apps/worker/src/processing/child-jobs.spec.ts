import type { WorkerJob } from '@dts/queue';
import { connectProducer, connectWorker, openQueues, type Queues, type RedisClient, workerOptions } from '@dts/queue';
import { createSignal, type RedisServer, startRedis, testPrefix, testRedisUrl, waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ChildJobs } from './child-jobs.js';
import { EagerWorker } from './eager-worker.js';
import type { Submit } from './handler.js';

const ignore = () => undefined;
const to = (path: string) => ({ url: `http://service.test/${path}` });

describe('ChildJobs', () => {
  let redis: RedisClient;
  let queues: Queues;
  let children: ChildJobs;
  let parent: WorkerJob;

  beforeEach(async () => {
    const prefix = testPrefix();
    redis = connectProducer(testRedisUrl(), ignore);
    queues = openQueues(redis, prefix, ignore);
    await waitFor(() => redis.status === 'ready');
    children = new ChildJobs(testRedisUrl(), prefix, ignore);
    parent = await queues.cpu.add('http.request', { payload: to('parent'), tenant: 'acme' }, { jobId: 'cpu_1' });
    await waitFor(() => children.submitterFor(parent)('http.request', to('first')), { describe: 'the connection' });
    await queues.io.drain();
  });
  afterEach(() => {
    children.stop();
    redis.disconnect();
  });

  /** What a run of the parent submits; each run has a submitter of its own. */
  const run = async (...calls: Parameters<Submit>[]) => {
    const submit = children.submitterFor(parent);
    const ids: string[] = [];
    for (const call of calls) ids.push(await submit(...call));
    return ids;
  };
  const stored = async () => (await queues.io.getJobs()).map((job) => job.id).sort();

  it("stores a child for its parent's tenant, with its options, before it answers", async () => {
    const [id = ''] = await run(['http.request', to('a'), { priority: 3, attempts: 7, tags: ['x'] }]);
    expect(await queues.io.getJob(id)).toMatchObject({
      data: { tenant: 'acme', payload: to('a'), tags: ['x'] },
      opts: { attempts: 7, share: 'acme:3' },
    });
  });

  it('makes the same children in a later run, in whatever order', async () => {
    const [a, b, again] = await run(['http.request', to('a')], ['http.request', to('b')], ['http.request', to('a')]);
    expect(new Set([a, b, again]).size).toBe(3);
    expect(await run(['http.request', to('b')], ['http.request', to('a')], ['http.request', to('a')])).toEqual([b, a, again]);
    expect(await stored()).toEqual([a, b, again].sort());
  });

  it('makes one child of a key, and refuses another payload for it', async () => {
    const [id] = await run(['http.request', to('a'), { key: 'receipt' }]);
    expect(await run(['http.request', to('a'), { key: 'receipt' }])).toEqual([id]);
    await expect(run(['http.request', to('b'), { key: 'receipt' }])).rejects.toMatchObject({
      name: 'FinalError',
      code: 'submit-idempotency-conflict',
    });
    expect(await stored()).toEqual([id]);
  });

  it('does not take the child of another parent for its own', async () => {
    const ids = await run(['http.request', to('a'), { key: 'receipt' }], ['http.request', to('a')]);
    parent = await queues.cpu.add('http.request', { payload: to('parent'), tenant: 'acme' }, { jobId: 'cpu_2' });
    const others = await run(['http.request', to('a'), { key: 'receipt' }], ['http.request', to('a')]);
    expect(new Set([...ids, ...others]).size).toBe(4);
  });

  it('ends the parent for what can never be submitted', async () => {
    const submit = children.submitterFor(parent) as (name: string, payload: unknown) => Promise<string>;
    await expect(submit('gone.type', {})).rejects.toMatchObject({ name: 'FinalError', code: 'submit-unknown-job' });
    await expect(submit('http.request', { url: 1 })).rejects.toMatchObject({
      name: 'FinalError',
      code: 'submit-invalid-payload',
      message: expect.stringMatching(/submit\(http\.request\): .*\/url/),
    });
  });
});

describe('ChildJobs through faults', () => {
  let server: RedisServer;
  let patient: RedisClient;
  let queues: Queues;
  let children: ChildJobs;
  const prefix = testPrefix();

  beforeEach(async () => {
    server = await startRedis();
    patient = connectWorker(server.url, ignore);
    queues = openQueues(patient, prefix, ignore);
    children = new ChildJobs(server.url, prefix, ignore);
    children.start();
  });
  afterEach(async () => {
    children.stop();
    patient.disconnect();
    await server.stop();
  });

  const options = { key: 'one' };
  const submit = (parent: WorkerJob) => children.submitterFor(parent)('http.request', to('a'), options);

  it('fails the attempt during an outage, and makes one child of all tries', async () => {
    const parent = await queues.cpu.add('http.request', { payload: to('parent'), tenant: 'acme' }, { jobId: 'cpu_1' });
    await waitFor(() => children.submitterFor(parent)('http.request', to('first')), { describe: 'the connection' });
    await server.kill();
    await expect(submit(parent)).rejects.toMatchObject({
      name: 'RetryableError',
      code: expect.stringMatching(/^submit-(unavailable|outcome-unknown)$/),
    });
    await server.restart();
    const id = await waitFor(() => submit(parent), { timeoutMs: 15_000, describe: 'a submission after the outage' });
    expect(await submit(parent)).toBe(id);
    expect((await queues.io.getJobs()).filter((job) => job.data.fingerprint && job.id === id)).toHaveLength(1);
  });

  it('waits for another attempt while Redis is short of memory', async () => {
    const parent = await queues.cpu.add('http.request', { payload: to('parent'), tenant: 'acme' }, { jobId: 'cpu_1' });
    const used = Number(/^used_memory:(\d+)/m.exec(await patient.info('memory'))?.[1]);
    await server.call('CONFIG', 'SET', 'maxmemory', used * 1.25);
    let tries = 0;
    const refusal = await waitFor(() =>
      children
        .submitterFor(parent)('http.request', to(`${++tries}`))
        .then(
          () => false,
          (error: { code: string }) => error.code === 'submit-memory-full' && error,
        ),
    );
    expect(refusal).toMatchObject({ name: 'RetryableError' });
  });

  it('serves handlers until a worker that is told to stop has let the last one end', async () => {
    const [started, goOn] = [createSignal('started'), createSignal('go on')];
    const process = async (job: WorkerJob) => {
      started.set();
      await goOn.wait(60_000);
      return submit(job);
    };
    const worker = new EagerWorker('cpu', process, workerOptions(patient, prefix, 'w', 15_000), () => 1);
    worker.on('error', ignore);
    worker.run().catch(ignore);
    const parent = await queues.cpu.add('http.request', { payload: to('parent'), tenant: 'acme' }, { jobId: 'cpu_1' });
    await started.wait();
    const closed = worker.close();
    goOn.set();
    await closed;
    const { returnvalue: id } = (await queues.cpu.getJob('cpu_1')) as WorkerJob;
    expect(id).toBe(await submit(parent));
    expect((await queues.io.getJobs()).map((job) => job.id)).toEqual([id]);
  });
});
