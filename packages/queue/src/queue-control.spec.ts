import { createSignal, startRedis, waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readDueWork } from './due-work.js';
import { type Opened, open, submission, work } from './fixtures/open.js';
import { QueueControl } from './queue-control.js';

let opened: Opened;
let control: QueueControl;

beforeEach(async () => {
  opened = await open();
  control = new QueueControl(opened.queues, opened.redis);
});
afterEach(() => opened[Symbol.dispose]());

const NONE = { concurrency: null, rate: null };
const submitMany = (count: number) => opened.jobs.submitMany(Array.from({ length: count }, () => submission()));
const held = async () => (await readDueWork(opened.redis, opened.prefix, 'io')).held;

describe('a paused queue', () => {
  it('starts nothing until it is resumed, however often it was paused', async () => {
    const started: string[] = [];
    await using _worker = work(opened, async ({ id = '' }) => started.push(id));
    const { job: first } = await opened.jobs.submit(submission());
    await waitFor(() => started.includes(first.id));
    await control.pause('io');
    await control.pause('io');
    const { job: second } = await opened.jobs.submit(submission());
    const { job: urgent } = await opened.jobs.submit(submission({ options: { priority: 2 } }));
    expect([await held(), (await opened.jobs.get(second.id)).state]).toEqual(['paused', 'waiting']);
    expect(started).toEqual([first.id]);
    await control.resume('io');
    await waitFor(() => started.includes(second.id) && started.includes(urgent.id));
    expect(await held()).toBeUndefined();
  });
});

describe('limits', () => {
  it('are none, those that were set, and none again', async () => {
    await expect(control.limits('io')).resolves.toEqual(NONE);
    const limits = { concurrency: 3, rate: { max: 10, per: 1_000 } };
    await control.setLimits('io', limits);
    await expect(control.limits('io')).resolves.toEqual(limits);
    await expect(control.limits('cpu')).resolves.toEqual(NONE);
    await control.setLimits('io', { concurrency: null, rate: limits.rate });
    await expect(control.limits('io')).resolves.toEqual({ concurrency: null, rate: limits.rate });
    await control.setLimits('io', NONE);
    await expect(control.limits('io')).resolves.toEqual(NONE);
  });

  it('of concurrency hold for all workers together, and let go at once when they are raised', async () => {
    await control.setLimits('io', { concurrency: 2, rate: null });
    const [all, end] = [createSignal('all run'), createSignal('end')];
    let running = 0;
    let most = 0;
    const run = async () => {
      most = Math.max(most, ++running);
      if (running === 6) all.set();
      await end.wait(60_000);
      running--;
    };
    await using _one = work(opened, run, { concurrency: 5 });
    await using _other = work(opened, run, { concurrency: 5 });
    await submitMany(6);
    await waitFor(() => running === 2);
    expect(await held()).toBe('at its limit');
    // A worker that sleeps now would look again by itself after five seconds.
    await control.setLimits('io', { concurrency: 6, rate: null });
    await all.wait(15_000);
    end.set();
    await waitFor(() => running === 0);
    expect(most).toBe(6);
  });

  it('of rate count anew when they are changed: the old window may be a day long', async () => {
    let started = 0;
    await using _worker = work(opened, async () => ++started, { concurrency: 5, maximumRateLimitDelay: 50 });
    await control.setLimits('io', { concurrency: null, rate: { max: 2, per: 86_400_000 } });
    await submitMany(5);
    await waitFor(() => started === 2);
    expect(await held()).toBe('rate limited');
    await control.setLimits('io', { concurrency: null, rate: { max: 2, per: 86_400_000 } });
    expect(await held()).toBe('rate limited');
    await control.setLimits('io', { concurrency: null, rate: { max: 2, per: 86_400_001 } });
    await waitFor(() => started === 4);
    await control.setLimits('io', NONE);
    await waitFor(() => started === 5);
    expect(await held()).toBeUndefined();
  });

  it('wake a worker that sleeps because of those before, but not in a queue that is paused', async () => {
    const marked = () => opened.redis.exists(opened.queues.io.toKey('marker'));
    await control.pause('io');
    await control.setLimits('io', { concurrency: 5, rate: null });
    expect(await marked()).toBe(0);
    await control.resume('io');
    await opened.redis.del(opened.queues.io.toKey('marker'));
    await control.setLimits('io', { concurrency: 6, rate: null });
    expect(await marked()).toBe(1);
  });
});

describe('changes', () => {
  it('that Redis does not take are refused, not said to be made', async () => {
    const server = await startRedis();
    const away = await open(server.url);
    await server.stop();
    const changing = new QueueControl(away.queues, away.redis);
    await expect(changing.pause('io')).rejects.toMatchObject({ code: expect.stringMatching(/^(unavailable|outcome-unknown)$/) });
    await expect(changing.setLimits('io', NONE)).rejects.toMatchObject({ code: 'unavailable' });
    await expect(changing.limits('io')).rejects.toMatchObject({ code: 'unavailable' });
    away[Symbol.dispose]();
  });
});
