import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { HANDLER_ENV, JobStarts, MISBEHAVING } from '../fixtures/job-starts.js';
import { threadOf } from './channel.js';
import { ThreadPool } from './thread-pool.js';

const HEAP_MB = 64;

describe('ThreadPool', () => {
  let starts: JobStarts;
  let pool: ThreadPool;
  let crashes = 0;
  const onCrash = () => {
    crashes++;
  };

  beforeAll(async () => {
    starts = await JobStarts.open();
  });
  afterAll(() => starts[Symbol.dispose]());

  beforeEach(() => {
    crashes = 0;
    pool = new ThreadPool(HANDLER_ENV, onCrash, threadOf(MISBEHAVING, HEAP_MB));
  });
  afterEach(() => pool.close());

  const run = async (behaviour: string, options?: Parameters<JobStarts['add']>[1]) => pool.run(await starts.add(behaviour, options));

  const bodyOf = (result: unknown) => (result as { body: string }).body;

  /** The slot is as good as new, and so is this process. */
  const expectUsable = async () => expect(await run('done')).toMatchObject({ status: 200 });

  it('hands a handler its context, and what it publishes to the job', async () => {
    const start = await starts.add('context');
    const body = bodyOf(await pool.run(start));
    const id = start.job.id ?? '';
    expect(JSON.parse(body)).toEqual({ jobId: id, attempt: 1, start: 0, token: 'token', idempotencyKey: id, late: true });
    expect((await starts.queues.io.getJob(id))?.progress).toBe(50);
    expect((await starts.queues.io.getJobLogs(id)).logs).toEqual(['half way']);
  });

  it.each([
    ['final', 0, { name: 'FinalError', code: 'http-status', message: 'said 404' }],
    ['proxy', 0, { message: 'The handler threw something that cannot be read.' }],
    ['large', 0, { name: 'FinalError', code: 'result-too-large' }],
    ['unfit', 0, { name: 'FinalError', code: 'invalid-result' }],
    ['refused-progress', 0, { name: 'FinalError', code: 'progress-too-large' }],
    ['memory', 1, { name: 'RetryableError', code: 'out-of-memory', message: expect.stringContaining(`${HEAP_MB} MB`) }],
    ['exit', 1, { name: 'RetryableError', code: 'sandbox-ended', message: expect.stringContaining('exit code 3') }],
    ['uncaught', 1, { name: 'RetryableError', code: 'sandbox-ended', message: expect.stringContaining('nobody catches this') }],
  ])('fails only the attempt of a handler that does this: %s', async (behaviour, ended, error) => {
    await expect(run(behaviour)).rejects.toMatchObject(error);
    expect(crashes).toBe(ended);
    await expectUsable();
  });

  it.each(['wait', 'deaf', 'loop'])('ends an attempt at its timeout, whatever its handler does: %s', async (behaviour) => {
    await expectUsable();
    await expect(run(behaviour, { timeoutMs: 50 })).rejects.toMatchObject({ name: 'AttemptAborted', reason: 'timeout' });
    await expectUsable();
  });

  it.each(['wait', 'loop'])('ends a job that is cancelled: %s', async (behaviour) => {
    await expectUsable();
    const stop = new AbortController();
    const running = run(behaviour, { stop: stop.signal });
    stop.abort('cancelled');
    await expect(running).rejects.toMatchObject({ name: 'AttemptAborted', reason: 'cancelled' });
    await expectUsable();
  });

  it('lets a handler submit jobs: the same ones each time it runs', async () => {
    const start = await starts.add('submit-twice');
    const first = bodyOf(await pool.run(start));
    const ids = JSON.parse(first) as string[];
    expect(new Set(ids).size).toBe(2);
    expect(bodyOf(await pool.run(start))).toBe(first);
    const children = await Promise.all(ids.map((id) => starts.queues.io.getJob(id)));
    expect(children.map((child) => child?.data)).toEqual(
      ids.map(() => expect.objectContaining({ tenant: 'test', payload: { url: 'http://child/' } })),
    );
    await expect(run('submit-unfit')).rejects.toMatchObject({
      name: 'FinalError',
      code: 'submit-invalid-payload',
      message: expect.stringContaining('/url'),
    });
  });
});
