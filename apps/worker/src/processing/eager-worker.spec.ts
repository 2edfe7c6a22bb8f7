import { workerOptions } from '@dts/queue';
import { createSignal, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EagerWorker } from './eager-worker.js';
import { type Opened, open } from './fixtures/opened.js';

const SLOTS = 200;
const BACKLOG = 300;

const ignore = () => undefined;

describe('EagerWorker', () => {
  let opened: Opened;

  beforeAll(async () => {
    opened = await open();
    await opened.queues.io.addBulk(Array.from({ length: BACKLOG }, () => ({ name: 'x', data: { payload: null, tenant: 't' } })));
  });

  afterAll(() => {
    opened[Symbol.dispose]();
  });

  it('starts jobs while it fetches more, and fills all its slots, never more', async () => {
    const firstStart = createSignal<number>('the first start');
    const full = createSignal('all slots filled');
    let finish = () => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    let running = 0;
    let most = 0;
    const fetched = () => opened.producer.llen(opened.queues.io.toKey('active'));
    const run = async () => {
      most = Math.max(most, ++running);
      if (running === 1) firstStart.set(await fetched());
      if (running === SLOTS) full.set();
      await finished;
      running--;
    };
    const worker = new EagerWorker('io', run, { ...workerOptions(opened.patient, opened.prefix, 'w', 15_000), autorun: true }, () => SLOTS);
    worker.on('error', ignore);
    try {
      expect(await firstStart.wait()).toBeLessThan(SLOTS / 2);
      await full.wait();
      finish();
      await waitFor(async () => (await opened.queues.io.getCompletedCount()) === BACKLOG);
      expect(most).toBe(SLOTS);
    } finally {
      await worker.close();
    }
  });
});
