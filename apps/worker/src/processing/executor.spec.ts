import { FinalError, RetryableError } from '@dts/jobs';
import { Children, ForeignJobs, JobLogs, type JobRecord, Starts, workerOptions } from '@dts/queue';
import { createSignal, waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Worker } from 'bullmq';
import { Executor } from './executor.js';
import { HANDLER_ENV, MISBEHAVING, noChildren, SILENT } from './fixtures/job-starts.js';
import { MeasuredReporter } from './fixtures/measured-reporter.js';
import { type Opened, open } from './fixtures/opened.js';
import type { HandlerContext } from './handler.js';
import type { Runner } from './job-start.js';
import { Quarantine } from './quarantine/quarantine.js';
import { runWithin } from './run-within.js';
import { processOf } from './sandbox/channel.js';

const PAYLOAD = { url: 'http://127.0.0.1:9/', method: 'GET' };
const RESULT = { status: 200, headers: {}, body: '', truncated: false, durationMs: 1 };

/** The id of a job that was queued past the checks of a submission. */
const STRANGER = `io_${'0'.repeat(26)}`;

const ignore = () => undefined;
const never = () => new Promise<never>(ignore);

/** A handler that runs here, and is abandoned soon. */
const here =
  (handler: (payload: unknown, context: HandlerContext) => Promise<unknown>): Runner =>
  (start) =>
    runWithin(start, (context) => handler(start.payload, context), 50);

describe('Executor', () => {
  let opened: Opened;
  let measured: MeasuredReporter;
  const workers: Worker[] = [];
  let executor: Executor;

  beforeEach(async () => {
    opened = await open();
  });

  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.close(true)));
    opened[Symbol.dispose]();
  });

  const submit = async (options = {}, payload: object = PAYLOAD) =>
    (await opened.jobs.submit({ name: 'http.request', payload, tenant: 'test', options })).job.id;
  const until = (id: string, state: JobRecord['state']) =>
    waitFor(async () => {
      const job = await opened.jobs.get(id);
      return job.state === state && job;
    });

  function work(handler: Parameters<typeof here>[0], name = 'w1', patienceMs = 0): Worker {
    measured = new MeasuredReporter();
    executor = new Executor(
      name,
      measured.reporter,
      new Starts(opened.patient),
      new JobLogs(opened.patient),
      new Quarantine(HANDLER_ENV, SILENT, ignore, processOf(MISBEHAVING, 128)),
      noChildren,
      new Children(opened.queues, opened.patient),
      new ForeignJobs(opened.patient, patienceMs, ignore),
    );
    const worker = new Worker('io', (job, token, signal) => executor.execute(job, token ?? '', signal, here(handler)), {
      ...workerOptions(opened.patient, opened.prefix, name, 15_000),
      concurrency: 10,
      autorun: true,
    });
    worker.on('error', ignore);
    workers.push(worker);
    return worker;
  }

  it('hands a handler its parsed payload and context, and keeps the result', async () => {
    const id = await submit({ timeout: 5_000 });
    const seen = createSignal<{ payload: unknown; attempt: number; key: string; deadline: Date }>('seen');
    work(async (payload, context) => {
      seen.set({ payload, attempt: context.attempt, key: context.idempotencyKey, deadline: context.deadline });
      await context.progress(50);
      await context.log('half way');
      return RESULT;
    });
    const job = await until(id, 'completed');
    expect(job).toMatchObject({ result: RESULT, attemptsMade: 1, progress: 50, error: null });
    expect(job.attempts).toEqual([{ number: 1, startedAt: job.startedAt, finishedAt: job.finishedAt, worker: 'w1', error: null }]);
    const { payload, attempt, key, deadline } = await seen.wait();
    expect(payload).toMatchObject({ ...PAYLOAD, timeout: 30_000, maxRedirects: 5 });
    expect([attempt, key]).toEqual([1, id]);
    expect(deadline.getTime() - Number(job.startedAt)).toBeLessThan(6_000);
    expect((await opened.queues.io.getJobLogs(id)).logs).toEqual(['half way']);
  });

  it('buries a payload that no longer fits, and does not run it', async () => {
    let runs = 0;
    work(async () => {
      runs++;
      return RESULT;
    });
    await opened.queues.io.add('http.request', { payload: { url: 1 }, tenant: 'test' }, { jobId: STRANGER, attempts: 5 });
    const job = await until(STRANGER, 'dead');
    expect(job.error).toEqual({ code: 'invalid-payload', message: expect.stringContaining('/url') });
    expect([job.attemptsMade, runs]).toEqual([1, 0]);
  });

  it('buries an unknown job type: never completed for something that did not run', async () => {
    work(async () => RESULT);
    await opened.queues.io.add('gone.type', { payload: {}, tenant: 'test' }, { jobId: STRANGER, attempts: 5 });
    expect((await until(STRANGER, 'dead')).error).toEqual({ code: 'unknown-job', message: expect.stringContaining('"gone.type"') });
  });

  it('puts off what another version must have stored, and runs it once it can be read, no attempt used up', async () => {
    work(async () => RESULT, 'w1', 60_000);
    const data = { payload: { ...PAYLOAD, laterMember: 1 }, tenant: 'test' };
    const stored = await opened.queues.io.add('http.request', data, { jobId: STRANGER, attempts: 1 });
    expect(await until(STRANGER, 'scheduled')).toMatchObject({ attemptsMade: 0, attempts: [], error: null });
    await stored.updateData({ ...data, payload: PAYLOAD }); // what a worker of that version would see
    expect(await until(STRANGER, 'completed')).toMatchObject({ attemptsMade: 1, result: RESULT });
  });

  it('buries it when nobody could read it for as long as it may wait', async () => {
    const startedAt = Date.now();
    work(async () => RESULT, 'w1', 400);
    await opened.queues.io.add('gone.type', { payload: {}, tenant: 'test' }, { jobId: STRANGER, attempts: 5 });
    const job = await until(STRANGER, 'dead');
    expect([job.error?.code, job.attemptsMade]).toEqual(['unknown-job', 1]);
    expect(Number(job.finishedAt) - startedAt).toBeGreaterThanOrEqual(400);
  });

  it.each([
    ['by a moment', () => Date.now() - 1],
    ['by all the time there is', () => 0],
  ])('lets a job expire rather than start it too late %s', async (_late, startBy) => {
    let runs = 0;
    const id = await submit({ startBy: startBy() });
    work(async () => {
      runs++;
      return RESULT;
    });
    const job = await until(id, 'expired');
    expect(job.error).toEqual({ code: 'expired', message: expect.stringContaining('start after') });
    expect(runs).toBe(0);
  });

  it('buries a final error after one attempt', async () => {
    const id = await submit();
    work(async () => {
      throw new FinalError('http-status', 'said 404');
    });
    expect(await until(id, 'dead')).toMatchObject({ error: { code: 'http-status', message: 'said 404' }, attemptsMade: 1, result: null });
  });

  it('retries with the wait the handler asks for, and tells every attempt', async () => {
    const id = await submit({ attempts: 3 });
    work(async (_payload, { attempt }) => {
      if (attempt < 3) throw new RetryableError('busy', `try ${attempt}`, { retryAfterMs: 5 });
      return RESULT;
    });
    const job = await until(id, 'completed');
    expect(job.attempts.map((attempt) => [attempt.number, attempt.error])).toEqual([
      [1, { code: 'busy', message: 'try 1' }],
      [2, { code: 'busy', message: 'try 2' }],
      [3, null],
    ]);
  });

  it('waits as long as it said', async () => {
    const id = await submit();
    work(async () => {
      throw new RetryableError('busy', 'later', { retryAfterMs: 3_600_000 });
    });
    const job = await until(id, 'scheduled');
    expect(job.error).toEqual({ code: 'busy', message: 'later' });
    const stored = await opened.queues.io.getJob(id);
    expect(stored?.delay).toBe(3_600_000);
  });

  it('buries a job whose attempts are used up', async () => {
    const id = await submit({ attempts: 2, backoff: { type: 'fixed', delay: 1 } });
    work(async () => {
      throw new TypeError('broken');
    });
    const job = await until(id, 'dead');
    expect(job.attempts.map((attempt) => attempt.error?.code)).toEqual(['handler-error', 'handler-error']);
    expect(job.error).toEqual({ code: 'handler-error', message: 'broken' });
  });

  it('ends an attempt at its timeout even when the handler ignores it', async () => {
    const id = await submit({ attempts: 1, timeout: 30 });
    work(never);
    expect((await until(id, 'dead')).error).toEqual({ code: 'timeout', message: 'The attempt took longer than 30 ms.' });
  });

  it.each([
    ['does not fit', { status: 'fine' }, 'invalid-result'],
    ['is too large', { ...RESULT, body: 'x'.repeat(300_000) }, 'result-too-large'],
  ])('buries a job whose result %s', async (_what, result, code) => {
    const id = await submit();
    work(async () => result);
    expect((await until(id, 'dead')).error).toMatchObject({ code });
  });

  it('hands a running job back at shutdown: no attempt used up, the next worker has it', async () => {
    const id = await submit({ attempts: 1 });
    const started = createSignal('started');
    const leaving = work((_payload, { signal }) => {
      started.set();
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('socket closed'))));
    });
    await started.wait();
    executor.stop();
    const closed = leaving.close();
    leaving.cancelAllJobs('shutdown');
    await closed;
    expect(await until(id, 'waiting')).toMatchObject({ attemptsMade: 0, attempts: [] });
    work(async () => RESULT, 'w2');
    expect((await until(id, 'completed')).attempts).toMatchObject([{ number: 1, worker: 'w2' }]);
  });

  it('ends a cancelled job as cancelled, not as dead', async () => {
    const id = await submit();
    const started = createSignal('started');
    const worker = work((_payload, { signal }) => {
      started.set();
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    });
    await started.wait();
    worker.cancelJob(id, 'cancelled');
    expect((await until(id, 'cancelled')).error).toMatchObject({ code: 'cancelled' });
  });

  it('keeps a job that crashed three workers away from this one', async () => {
    await opened.queues.io.pause();
    const id = await submit({ attempts: 1 }, { url: 'http://pid/' });
    await opened.producer.hset(opened.queues.io.toKey(id), { stc: 5, 'dts:starts': 2 });
    await opened.queues.io.resume();
    work(never);
    const { result } = await until(id, 'completed');
    expect(result).toEqual({ ...RESULT, body: expect.stringMatching(/^\d+$/) });
    expect(result).not.toMatchObject({ body: String(process.pid) });
  });

  it('runs a job here whose fetches were lost, however often', async () => {
    await opened.queues.io.pause();
    const id = await submit();
    await opened.producer.hset(opened.queues.io.toKey(id), { stc: 840 });
    await opened.queues.io.resume();
    work(async (_payload, { start }) => ({ ...RESULT, body: String(start) }));
    expect(await until(id, 'completed')).toMatchObject({ result: { body: '1' } });
  });

  it.each([
    ['undefined', undefined],
    ['text', 'text'],
    [
      'a proxy that throws',
      new Proxy(
        {},
        {
          get: () => {
            throw new Error('trap');
          },
        },
      ),
    ],
  ])('fails an attempt by its record, whatever its handler throws: %s', async (_what, thrown) => {
    const id = await submit({ attempts: 1 });
    work(async () => {
      throw thrown;
    });
    expect(await until(id, 'dead')).toMatchObject({ error: { code: 'handler-error' }, attempts: [{ number: 1 }] });
  });

  it('does not let a handler speak for its job when its attempt is over', async () => {
    const id = await submit({ attempts: 1, timeout: 20 });
    const late = createSignal<HandlerContext>('late');
    work(async (_payload, context) => {
      late.set(context);
      return never();
    });
    await until(id, 'dead');
    const { progress, log } = await late.wait();
    await expect(progress(99)).rejects.toThrow('over');
    await expect(log('still here')).rejects.toThrow('over');
    expect(await until(id, 'dead')).toMatchObject({ progress: 0 });
    expect((await opened.queues.io.getJobLogs(id)).logs).toEqual([]);
  });

  it('bounds what a handler publishes: the size of its progress, the lines of its log, each line', async () => {
    const id = await submit({ attempts: 1 });
    work(async (_payload, { progress, log }) => {
      void progress({ note: 'x'.repeat(20_000) }); // nobody waits for it: no reason to end the worker
      await Promise.all(Array.from({ length: 1_500 }, (_, index) => log(`${index} ${'x'.repeat(20_000)}`)));
      await progress({ note: 'x'.repeat(20_000) });
      return RESULT;
    });
    expect((await until(id, 'dead')).error).toMatchObject({ code: 'progress-too-large' });
    const { logs } = await opened.queues.io.getJobLogs(id);
    expect(logs).toHaveLength(1_000);
    expect(logs[0]).toHaveLength(8_192);
  });

  it('counts every attempt by its outcome', async () => {
    const id = await submit({ attempts: 2 });
    work(async (_payload, { attempt }) => {
      if (attempt === 1) throw new RetryableError('busy', 'x', { retryAfterMs: 1 });
      return RESULT;
    });
    await until(id, 'completed');
    const { values } = await measured.attempts.get();
    expect(values.map(({ labels, value }) => [labels.outcome, value])).toEqual([
      ['retry', 1],
      ['completed', 1],
    ]);
  });
});
