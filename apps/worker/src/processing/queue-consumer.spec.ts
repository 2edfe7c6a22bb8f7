import { workerOptions } from '@dts/queue';
import { createSignal, waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EagerWorker } from './eager-worker.js';
import { type Opened, open } from './fixtures/opened.js';
import { QueueConsumer } from './queue-consumer.js';

const ignore = () => undefined;

describe('QueueConsumer', () => {
  let opened: Opened;
  let consumer: QueueConsumer;
  let runs: string[];
  let finish: () => void;

  beforeEach(async () => {
    opened = await open();
    runs = [];
    const held = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const run = async ({ id = '' }) => {
      runs.push(id);
      if (id.startsWith('held')) await held;
    };
    const create = (slots: () => number) => {
      const worker = new EagerWorker('io', run, workerOptions(opened.patient, opened.prefix, 'w', 15_000), slots);
      worker.on('error', ignore);
      return worker;
    };
    consumer = new QueueConsumer('io', 10, create, ignore);
    consumer.start();
  });
  afterEach(async () => {
    finish();
    await consumer.close();
    opened[Symbol.dispose]();
  });

  const add = (jobId: string) => opened.queues.io.add('x', { payload: null, tenant: 't' }, { jobId });
  const stateOf = (id: string) => opened.queues.io.getJobState(id);
  const completed = (count: number) => waitFor(async () => (await opened.queues.io.getCompletedCount()) === count);

  it('lets what runs run on while it drains, and fetches nothing but what a fetch under way brings', async () => {
    await Promise.all([add('held-1'), add('held-2')]);
    await waitFor(() => runs.length === 2);
    consumer.drain();
    consumer.drain(); // once is enough
    expect([consumer.isDrained, consumer.isRunning]).toEqual([false, false]);
    await Promise.all(Array.from({ length: 5 }, (_, index) => add(`next-${index}`)));
    finish();
    await waitFor(() => consumer.isDrained);
    expect(runs.slice(0, 2).toSorted()).toEqual(['held-1', 'held-2']);
    expect(runs.length).toBeLessThanOrEqual(3);
    expect([await opened.queues.io.getCompletedCount(), await opened.queues.io.getWaitingCount()]).toEqual([runs.length, 7 - runs.length]);
  });

  it('is drained at once when nothing runs', async () => {
    await add('first');
    await completed(1);
    consumer.drain();
    await waitFor(() => consumer.isDrained);
    await add('next');
    const later = createSignal('a moment later');
    setTimeout(later.set, 300);
    await later.wait();
    expect(runs).toEqual(['first']);
  });

  it('fetches again when it is resumed, beside what has run all the time', async () => {
    await add('held-1');
    await waitFor(() => runs.length === 1);
    consumer.drain();
    await add('next');
    consumer.resume();
    await completed(1);
    expect([runs, await stateOf('held-1'), consumer.freeSlots]).toEqual([['held-1', 'next'], 'active', 9]);
    finish();
    await completed(2);
  });

  it('fetches again after it was drained, and not any more after its end', async () => {
    consumer.drain();
    await waitFor(() => consumer.isDrained);
    consumer.resume();
    await add('first');
    await completed(1);
    await consumer.close();
    consumer.resume();
    expect(consumer.isRunning).toBe(false);
  });
});
