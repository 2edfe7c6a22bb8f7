import { readDueWork, workerOptions } from '@dts/queue';
import { createSignal, waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EagerWorker } from './eager-worker.js';
import { type Opened, open } from './fixtures/opened.js';
import { QueueConsumer } from './queue-consumer.js';
import { Watchdog } from './watchdog.js';

const SLOTS = 3;
const SILENT_MS = 300;
const ignore = () => undefined;

describe('Watchdog', () => {
  let opened: Opened;
  let workers: EagerWorker[];
  let runs: string[];
  let finish: () => void;
  let consumer: QueueConsumer;
  let watchdog: Watchdog<QueueConsumer> | undefined;

  beforeEach(async () => {
    opened = await open();
    workers = [];
    runs = [];
  });

  const consume = (prepare: (worker: EagerWorker) => unknown = ignore) => {
    const held = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const create = (slots: () => number) => {
      const run = async ({ id = '' }) => {
        runs.push(id);
        if (id === 'held') await held;
      };
      const worker = new EagerWorker('io', run, workerOptions(opened.patient, opened.prefix, 'w', 15_000), slots);
      worker.on('error', ignore);
      prepare(worker);
      workers.push(worker);
      return worker;
    };
    consumer = new QueueConsumer('io', SLOTS, create, ignore);
    consumer.start();
  };

  afterEach(async () => {
    watchdog?.stop();
    finish();
    await consumer.close();
    opened[Symbol.dispose]();
  });

  const add = (jobId: string) => opened.queues.io.add('x', { payload: null, tenant: 't' }, { jobId });
  const watch = (actions: Partial<{ onRestart: () => void; onGiveUp: () => void }> = {}) => {
    watchdog = new Watchdog<QueueConsumer>(SILENT_MS, {
      read: ({ queue }) => readDueWork(opened.patient, opened.prefix, queue),
      restart: (found) => {
        found.restart();
        actions.onRestart?.();
      },
      giveUp: () => actions.onGiveUp?.(),
    });
    watchdog.start([consumer]);
  };

  it('has the queue fetched from anew when its worker has stopped to, while what runs there runs on', async () => {
    consume();
    await add('held');
    await waitFor(() => runs.includes('held'));
    await workers[0]?.pause(true);
    await add('first'); // the fetch under way may still bring it
    await add('second');
    watch();
    await waitFor(async () => (await opened.queues.io.getCompletedCount()) === 2);
    expect(workers).toHaveLength(2);
    finish();
    await waitFor(async () => (await opened.queues.io.getCompletedCount()) === 3);
    expect(runs.toSorted()).toEqual(['first', 'held', 'second']);
    await waitFor(() => watchdog?.unproven.length === 0);
  });

  it('never runs more than the slots allow, old and new worker together', async () => {
    consume();
    await add('held');
    await waitFor(() => runs.includes('held'));
    consumer.restart();
    expect(consumer.freeSlots).toBe(SLOTS - 1);
    finish();
    await waitFor(() => consumer.freeSlots === SLOTS);
  });

  it('gives the process up when a new worker does not fetch either', async () => {
    consume((worker) => worker.pause(true));
    await add('next');
    const givenUp = createSignal<string[]>('given up');
    watch({ onGiveUp: () => givenUp.set(watchdog?.unproven ?? []) });
    expect(await givenUp.wait()).toEqual(['io']);
    expect(runs).toEqual([]);
  });

  it('lets a paused queue be', async () => {
    consume();
    await opened.queues.io.pause();
    await add('next');
    let restarts = 0;
    watch({ onRestart: () => restarts++ });
    const reads = createSignal('three times the patience');
    setTimeout(reads.set, 3 * SILENT_MS);
    await reads.wait();
    expect([restarts, runs]).toEqual([0, []]);
    await opened.queues.io.resume();
    await waitFor(() => runs.length === 1);
  });
});
