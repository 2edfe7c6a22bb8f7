import { FinalError } from '@dts/jobs';
import { Children, type FlowNodeInput, Flows, ForeignJobs, JobLogs, Starts, workerOptions } from '@dts/queue';
import { waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Worker } from 'bullmq';
import { Executor } from './executor.js';
import { HANDLER_ENV, MISBEHAVING, noChildren, SILENT } from './fixtures/job-starts.js';
import { MeasuredReporter } from './fixtures/measured-reporter.js';
import { type Opened, open } from './fixtures/opened.js';
import type { Child, HandlerContext } from './handler.js';
import { Quarantine } from './quarantine/quarantine.js';
import { runWithin } from './run-within.js';
import { threadOf } from './sandbox/channel.js';
import { ThreadPool } from './sandbox/thread-pool.js';

const RESULT = { status: 200, headers: {}, body: '', truncated: false, durationMs: 1 };
const ignore = () => undefined;

/** A job whose handler is told by the path of its URL what to do. */
const node = (path: string, changes: Partial<FlowNodeInput> = {}): FlowNodeInput => ({
  name: 'http.request',
  payload: { url: `http://children/${path}` },
  options: {},
  children: [],
  ...changes,
});

describe("a flow's parent", () => {
  let opened: Opened;
  let flows: Flows;
  let executor: Executor;
  let worker: Worker | undefined;
  let measured: MeasuredReporter;

  beforeEach(async () => {
    opened = await open();
    flows = new Flows(opened.queues, opened.producer, opened.prefix, opened.admission);
    const quarantine = new Quarantine(HANDLER_ENV, SILENT, ignore);
    measured = new MeasuredReporter();
    executor = new Executor(
      'w',
      measured.reporter,
      new Starts(opened.patient),
      new JobLogs(opened.patient),
      quarantine,
      noChildren,
      new Children(opened.queues, opened.patient),
      new ForeignJobs(opened.patient, 0, ignore),
    );
  });
  afterEach(async () => {
    await worker?.close(true);
    opened[Symbol.dispose]();
  });

  const submit = async (root: FlowNodeInput) => (await flows.submit({ root, tenant: 'acme' })).flow;
  const untilEnded = (id: string) =>
    waitFor(async () => ((job) => job.finishedAt !== null && job)(await opened.jobs.get(id)), { timeoutMs: 15_000 });

  function work(run: Parameters<Executor['execute']>[3]): void {
    worker = new Worker('io', (job, token, signal) => executor.execute(job, token ?? '', signal, run), {
      ...workerOptions(opened.patient, opened.prefix, 'w', 15_000),
      concurrency: 10,
      autorun: true,
    });
    worker.on('error', ignore);
  }
  const handle = (handler: (path: string, context: HandlerContext) => Promise<unknown>) =>
    work((start) => runWithin(start, (context) => handler(new URL((start.payload as { url: string }).url).pathname.slice(1), context), 50));

  it('reads what became of its children, by name and state, and not what was to be removed', async () => {
    const told: (readonly Child[])[] = [];
    handle(async (path, { children }) => {
      if (path === 'fails') throw new FinalError('no-luck', 'It had no luck.');
      told.push(await children());
      return { ...RESULT, body: path };
    });
    const late = { startBy: Date.now() - 1 };
    const { root } = await submit(
      node('root', {
        children: [
          node('a'),
          node('fails', { onFailure: 'ignore' }),
          node('late', { onFailure: 'ignore', options: late }),
          node('fails', { onFailure: 'remove' }),
        ],
      }),
    );
    await expect(untilEnded(root.job.id)).resolves.toMatchObject({ state: 'completed' });
    const children = told.at(-1) ?? [];
    // The compiler knows the result of a child by its name and state.
    const bodies = children.flatMap((child) => (child.name === 'http.request' && child.state === 'completed' ? child.result.body : []));
    expect(bodies).toEqual(['a']);
    expect(children).toEqual([
      {
        id: root.children[0]?.job.id,
        name: 'http.request',
        onFailure: 'fail',
        state: 'completed',
        result: { ...RESULT, body: 'a' },
        error: null,
      },
      expect.objectContaining({ state: 'dead', result: null, error: { code: 'no-luck', message: 'It had no luck.' } }),
      expect.objectContaining({ state: 'expired', result: null, error: expect.objectContaining({ code: 'expired' }) }),
    ]);
    expect(told[0]).toEqual([]);
  });

  it('in a sandbox reads them as well', async () => {
    const threads = new ThreadPool(HANDLER_ENV, ignore, threadOf(MISBEHAVING, 64));
    work(threads.run);
    const { root } = await submit(node('root', { children: [node('a'), node('b')] }));
    const { result } = await untilEnded(root.job.id);
    threads.close();
    expect(JSON.parse((result as { body: string }).body)).toEqual(root.children.map(({ job: { id } }) => [id, 'completed', '[]']));
  });

  it('dies of its child, and says so', async () => {
    const ran: string[] = [];
    handle(async (path) => {
      ran.push(path);
      throw new FinalError('no-luck', 'It had no luck.');
    });
    const { root } = await submit(node('root', { children: [node('a')] }));
    const error = { code: 'child-failed', message: `Its child ${root.children[0]?.job.id} failed.` };
    await expect(untilEnded(root.job.id)).resolves.toMatchObject({ state: 'dead', attemptsMade: 1, error });
    await (await opened.queues.io.getJob(root.job.id))?.retry();
    await expect(waitFor(async () => ((job) => job.attemptsMade === 2 && job)(await opened.jobs.get(root.job.id)))).resolves.toMatchObject({
      error,
    });
    expect(ran).toEqual(['a']);
    // How long a parent waited for its children says nothing of the queue.
    const counted = (await measured.waits.get()).values.find(({ metricName }) => metricName === 'wait_count');
    expect(counted?.value).toBe(1);
  });

  it('that goes on because of one child is completed while another runs, and uses up no attempt over it', async () => {
    let letGo = ignore as () => void;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    handle(async (path) => {
      if (path === 'fails') throw new FinalError('no-luck', 'It had no luck.');
      if (path === 'slow') await held;
      return RESULT;
    });
    const { root } = await submit(node('root', { children: [node('slow'), node('fails', { onFailure: 'continue' })] }));
    await expect(untilEnded(root.job.id)).resolves.toMatchObject({ state: 'completed', attemptsMade: 1 });
    letGo();
    await expect(untilEnded(root.children[0]?.job.id ?? '')).resolves.toMatchObject({ state: 'completed' });
  });
});
