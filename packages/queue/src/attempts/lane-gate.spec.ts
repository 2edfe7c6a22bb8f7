import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DelayedError, Worker } from 'bullmq';
import { connectWorker, type RedisClient } from '../connection.js';
import { type Opened, open } from '../fixtures/open.js';
import type { JobData } from '../job-data.js';
import { TenantLimitsStore } from '../lanes/tenant-limits.js';
import { LaneGate } from './lane-gate.js';
import type { WorkerJob } from './worker-job.js';
import { workerOptions } from './worker-options.js';

const ignore = () => undefined;

describe('LaneGate', () => {
  let opened: Opened;
  let patient: RedisClient;
  let gate: LaneGate;
  let worker: Worker<JobData, unknown, string>;

  beforeEach(async () => {
    opened = await open();
    patient = connectWorker(opened.url, () => undefined);
    gate = new LaneGate(patient, opened.prefix, ['io']);
  });
  afterEach(async () => {
    await worker.close();
    await gate.stop();
    patient.disconnect();
    opened[Symbol.dispose]();
  });

  const work = (run: (job: WorkerJob) => Promise<unknown>) => {
    const process = async (job: WorkerJob, token?: string, _signal?: AbortSignal) => {
      await gate.admit(job, token ?? '');
      return run(job);
    };
    worker = new Worker<JobData, unknown, string>('io', process, {
      ...workerOptions(patient, opened.prefix, 'w', 15_000),
      concurrency: 20,
    });
    worker.on('error', ignore);
    worker.on('completed', (job) => gate.leave(job));
    worker.on('failed', (job) => job && gate.leave(job));
    gate.start();
    worker.run().catch(ignore);
  };
  const submit = async (orderingKey?: string) => {
    const options = { orderingKey, attempts: 3, backoff: { type: 'fixed', delay: 0 } } as const;
    const payload = { url: 'http://service.test/', method: 'GET' };
    return (await opened.jobs.submit({ name: 'http.request', payload, tenant: 'acme', options })).job.id;
  };
  const state = async (id: string) => (await opened.jobs.get(id)).state;

  it('has jobs of a key run in order and one at a time, through failed attempts', async () => {
    const runs: string[] = [];
    let running = 0;
    let most = 0;
    work(async ({ id = '', attemptsMade }) => {
      runs.push(id);
      most = Math.max(most, ++running);
      await new Promise(setImmediate);
      running--;
      if (attemptsMade === 0) throw new Error('again');
    });
    const ids: string[] = [];
    for (let n = 0; n < 10; n++) ids.push(await submit('k'));
    await waitFor(async () => (await state(ids.at(-1) as string)) === 'completed');
    expect([runs, most]).toEqual([ids.flatMap((id) => [id, id]), 1]);
  });

  it('puts back what was fetched before its turn, and uses up no attempt', async () => {
    worker = new Worker('io', null, workerOptions(patient, opened.prefix, 'w', 15_000));
    const fetch = async (token: string) => (await worker.getNextJob(token, { block: false })) as WorkerJob | undefined;
    const first = await submit('k');
    const running = await waitFor(() => fetch('one'));
    await gate.admit(running, 'one');
    const second = await submit('k');
    // Lanes may find it out of turn, and park it, before it is fetched: then it is promoted again.
    const early = await waitFor(async () => {
      await (await opened.queues.io.getJob(second))?.promote().catch(ignore);
      return fetch('two');
    });
    expect([running.id, early.id]).toEqual([first, second]);
    await expect(gate.admit(early, 'two')).rejects.toThrow(DelayedError);
    expect(await state(second)).toBe('waiting');
    await running.moveToCompleted(null, 'one', false);
    gate.leave(running);
    const due = await waitFor(() => fetch('three'));
    await gate.admit(due, 'three');
    await due.moveToCompleted(null, 'three', false);
    expect(await opened.jobs.get(second)).toMatchObject({ state: 'completed', attemptsMade: 1 });
  });

  it('heeds limits that are set while it runs', async () => {
    let running = 0;
    let most = 0;
    work(async () => {
      most = Math.max(most, ++running);
      await delay(2);
      running--;
    });
    const limits = new TenantLimitsStore(opened.redis, opened.prefix);
    await limits.put('acme', { weight: 1, concurrency: { io: 2 }, rate: null });
    await waitFor(
      async () => {
        most = 0;
        const ids = await Promise.all(Array.from({ length: 20 }, () => submit()));
        await waitFor(async () => (await Promise.all(ids.map(state))).every((now) => now === 'completed'));
        return most === 2;
      },
      { timeoutMs: 20_000 },
    );
  });

  it('lets others start though it cannot ask', async () => {
    await opened.redis.set(`${opened.prefix}:io:lane:k:acme:broken`, 'no lane');
    const ran: string[] = [];
    work(async ({ id = '' }) => ran.push(id));
    await opened.queues.io.add('http.request', { payload: {}, tenant: 'acme' }, {
      jobId: 'stuck',
      orderingKey: 'broken',
      share: 'acme',
    } as object);
    const id = await submit();
    await waitFor(async () => (await state(id)) === 'completed');
    expect(ran).toEqual([id]);
    await opened.redis.del(`${opened.prefix}:io:lane:k:acme:broken`);
    await waitFor(() => ran.includes('stuck'));
  });
});
