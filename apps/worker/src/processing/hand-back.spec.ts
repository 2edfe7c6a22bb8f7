import type { WorkerJob } from '@dts/queue';
import { ARRIVAL_PRIORITY, Children, ForeignJobs, JobLogs, Starts, workerOptions } from '@dts/queue';
import { createSignal, waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EagerWorker } from './eager-worker.js';
import { Executor } from './executor.js';
import { HANDLER_ENV, noChildren, SILENT } from './fixtures/job-starts.js';
import { MeasuredReporter } from './fixtures/measured-reporter.js';
import { type Opened, open } from './fixtures/opened.js';
import { Quarantine } from './quarantine/quarantine.js';
import { runWithin } from './run-within.js';

const DATA = { payload: { url: 'http://127.0.0.1:9/', method: 'GET' }, tenant: 't' };
const ignore = () => undefined;

describe('handing back', () => {
  let opened: Opened;
  let executor: Executor;
  let worker: EagerWorker;

  beforeEach(async () => {
    opened = await open();
    const children = new Children(opened.queues, opened.patient);
    executor = new Executor(
      'w',
      new MeasuredReporter().reporter,
      new Starts(opened.patient),
      new JobLogs(opened.patient),
      new Quarantine(HANDLER_ENV, SILENT, ignore),
      noChildren,
      children,
      new ForeignJobs(opened.patient, 0, ignore),
    );
  });

  afterEach(async () => {
    await worker.close();
    opened[Symbol.dispose]();
  });

  const add = (jobId: string, opts = {}) => opened.queues.io.add('http.request', DATA, { jobId, attempts: 3, ...opts });
  const work = (run: (job: WorkerJob) => Promise<unknown>) => {
    const process = (job: WorkerJob, token?: string, signal?: AbortSignal) =>
      executor.execute(job, token ?? '', signal, (start) => runWithin(start, () => run(job), 1_000));
    worker = new EagerWorker('io', process, workerOptions(opened.patient, opened.prefix, 'w', 15_000), () => 10);
    worker.on('error', ignore);
    worker.run().catch(ignore);
  };
  const stop = async () => {
    executor.stop();
    const closed = worker.close();
    worker.cancelAllJobs('shutdown');
    await closed;
  };

  it('does not wait for a handler that ignores its signal, and uses up nothing of its job', async () => {
    const started = createSignal('started');
    await add('deaf');
    work(() => {
      started.set();
      return new Promise(ignore);
    });
    await started.wait();
    await stop();
    const [made, stalls] = await opened.producer.hmget(opened.queues.io.toKey('deaf'), 'atm', 'stc');
    expect([await opened.queues.io.getJobState('deaf'), made, stalls]).toEqual(['waiting', null, null]);
    expect(await opened.producer.exists(`${opened.queues.io.toKey('deaf')}:lock`)).toBe(0);
  });

  it('does not run what a fetch brings that was under way', async () => {
    let runs = 0;
    work(async () => runs++);
    executor.stop();
    await add('late');
    await waitFor(async () => Number(await opened.producer.hget(opened.queues.io.toKey('late'), 'ats')) > 0);
    await worker.close();
    expect([await opened.queues.io.getJobState('late'), runs]).toEqual(['waiting', 0]);
  });

  it('puts a job that had its place in line before all that wait', async () => {
    const started = createSignal('started');
    await add('first', { priority: ARRIVAL_PRIORITY });
    work(() => {
      started.set();
      return new Promise(ignore);
    });
    await started.wait();
    await stop();
    await add('later', { priority: ARRIVAL_PRIORITY });
    const [wait, line] = await Promise.all([
      opened.producer.lrange(opened.queues.io.toKey('wait'), 0, -1),
      opened.producer.zrange(opened.queues.io.toKey('prioritized'), '0', '-1'),
    ]);
    expect([wait, line]).toEqual([['first'], ['later']]);
  });

  it('keeps the priority of a job that an earlier version stored, and puts it before its equals', async () => {
    const started = createSignal('started');
    await add('first', { priority: 3 });
    work(() => {
      started.set();
      return new Promise(ignore);
    });
    await started.wait();
    const stopped = stop();
    await Promise.all([add('more urgent', { priority: 2 }), add('later', { priority: 3 })]);
    await stopped;
    expect(await opened.producer.zrange(opened.queues.io.toKey('prioritized'), '0', '-1')).toEqual(['more urgent', 'first', 'later']);
  });
});
