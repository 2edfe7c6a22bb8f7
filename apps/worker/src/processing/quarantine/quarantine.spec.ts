import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { HANDLER_ENV, JobStarts, MISBEHAVING, SILENT } from '../fixtures/job-starts.js';
import { processOf } from '../sandbox/channel.js';
import { Quarantine } from './quarantine.js';

const HEAP_MB = 64;

describe('Quarantine', () => {
  let starts: JobStarts;
  let quarantine: Quarantine;
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
    quarantine = new Quarantine(HANDLER_ENV, SILENT, onCrash, processOf(MISBEHAVING, HEAP_MB));
  });

  const run = async (behaviour: string, options?: Parameters<JobStarts['add']>[1]) => quarantine.run(await starts.add(behaviour, options));
  const bodyOf = (result: unknown) => (result as { body: string }).body;

  it('runs suspects together, apart from this process', async () => {
    const pids = (await Promise.all(Array.from({ length: 20 }, () => run('pid')))).map(bodyOf);
    expect(new Set(pids).size).toBe(1);
    expect(pids[0]).not.toBe(String(process.pid));
    expect(crashes).toBe(0);
  });

  it.each(['exit', 'kill', 'memory', 'uncaught'])(
    'finds the one among many that ends its process, and lets the others finish: %s',
    async (how) => {
      const neighbours = Array.from({ length: 20 }, () => run('sleep'));
      const culprit = run(how);
      await expect(culprit).rejects.toMatchObject({
        name: 'FinalError',
        code: 'crashed-its-worker',
        message: expect.stringContaining('in quarantine, by'),
      });
      expect(await Promise.all(neighbours)).toHaveLength(20);
      expect(crashes).toBeGreaterThan(1); // in company first, alone last
    },
    60_000,
  );

  it('does not call its neighbours late that an endless loop holds up, and ends it at its own time when it is alone', async () => {
    const late = { timeoutMs: 3_000 };
    const outcomes = await Promise.allSettled([run('sleep', late), run('loop', late), run('sleep', late), run('sleep', late)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect(outcomes[1]).toMatchObject({ reason: { name: 'AttemptAborted', reason: 'timeout' } });
  }, 60_000);

  it('does not wait for a deadline to see that a loop holds up the others', async () => {
    const stop = new AbortController();
    const looping = run('loop', { timeoutMs: 3_600_000, stop: stop.signal });
    const neighbours = [run('sleep', { timeoutMs: 3_600_000 }), run('sleep', { timeoutMs: 3_600_000 })];
    await Promise.all(neighbours);
    stop.abort('cancelled');
    await expect(looping).rejects.toMatchObject({ reason: 'cancelled' });
  }, 60_000);

  it('leaves the others alone when one ignores that it is to stop', async () => {
    const pid = run('pid');
    const waiting = new AbortController();
    const company = run('wait', { stop: waiting.signal });
    await expect(run('deaf', { timeoutMs: 100 })).rejects.toMatchObject({ reason: 'timeout' });
    expect(bodyOf(await run('pid'))).toBe(bodyOf(await pid));
    waiting.abort('shutdown');
    await expect(company).rejects.toMatchObject({ reason: 'shutdown' });
  });

  it('blames nobody for what another has left behind', async () => {
    const [first, second] = await Promise.allSettled([run('exit-later'), run('sleep'), run('sleep')]);
    expect([first.status, second.status]).toEqual(['fulfilled', 'fulfilled']);
  });

  it.each(['timeout', 'cancelled', 'shutdown', 'lock-lost'] as const)('ends a job by its reason: %s', async (reason) => {
    const stop = new AbortController();
    const running = run('wait', reason === 'timeout' ? { timeoutMs: 100 } : { stop: stop.signal });
    stop.abort(reason);
    await expect(running).rejects.toMatchObject({ name: 'AttemptAborted', reason });
  });

  it('does not blame a job for a process that could not start', async () => {
    quarantine = new Quarantine(HANDLER_ENV, SILENT, onCrash, processOf(new URL('./not-there.mjs', import.meta.url), HEAP_MB));
    await expect(run('done')).rejects.toMatchObject({ name: 'RetryableError', code: 'sandbox-ended' });
  });

  it('lets a handler submit jobs: the same ones each time it runs', async () => {
    const start = await starts.add('submit-twice');
    const first = bodyOf(await quarantine.run(start));
    const ids = JSON.parse(first) as string[];
    expect(new Set(ids).size).toBe(2);
    expect(bodyOf(await quarantine.run(start))).toBe(first);
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
