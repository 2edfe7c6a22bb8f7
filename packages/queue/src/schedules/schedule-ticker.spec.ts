import { createSignal, type RedisServer, startRedis, waitFor } from '@dts/testkit';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Admission } from '../admission.js';
import { type Opened, open, submission, work } from '../fixtures/open.js';
import { newName, Scheduling, specOf } from '../fixtures/scheduling.js';
import { JobClient } from '../job-client.js';
import { step } from './plan.js';
import type { ScheduleName } from './schedule.js';
import { ScheduleStore } from './schedule-store.js';

const DAILY = { cron: '0 0 * * *' };
/** For what takes seconds by itself, on a machine that has other things to do. */
const PATIENTLY = { timeoutMs: 20_000 };

let server: RedisServer;
let opened: Opened;
let gateway: Scheduling;
let name: ScheduleName;

beforeEach(async () => {
  server = await startRedis();
  opened = await open(server.url);
  gateway = new Scheduling(opened);
  name = newName();
});
afterEach(async () => {
  await gateway[Symbol.asyncDispose]();
  opened[Symbol.dispose]();
  await server.stop();
});

const stateOf = async (of = name) => (await gateway.schedules.get(of)).state;
const dueKey = () => `${opened.prefix}:schedules:due`;
/** Makes a schedule's next run fall due `ms` ago. */
async function makeDue(ms = 0): Promise<number> {
  const store = new ScheduleStore(opened.redis, opened.prefix);
  const stored = await store.read(name);
  if (!stored.schedule) throw new Error('there is no schedule');
  const { schedule, now } = stored;
  await store.save({ ...schedule, state: { ...schedule.state, next: now - ms } }, stored);
  return now - ms;
}

/** Puts a run on a schedule that was decided on and not submitted. */
async function makePending(key: string): Promise<void> {
  const store = new ScheduleStore(opened.redis, opened.prefix);
  await waitFor(async () => {
    const stored = await store.read(name);
    const { schedule } = stored;
    return schedule && (await store.save({ ...schedule, state: { ...schedule.state, pending: { at: 1, key } } }, stored));
  });
}

/** What became of such a run. */
async function settled(key: string) {
  await makePending(key);
  await waitFor(async () => (await stateOf()).pending === null, PATIENTLY);
  return (await stateOf()).lastRun;
}

describe('any number of gateways', () => {
  it('start each run once', async () => {
    const others = await Promise.all(Array.from({ length: 3 }, () => open(server.url, opened.prefix)));
    const tickers = [gateway, ...others.map((other) => new Scheduling(other))].map((ticker) => ticker.start());
    const names = Array.from({ length: 20 }, () => newName());
    for (const each of names) await gateway.schedules.put(each, specOf({ timing: { every: 1_000, limit: 3 } }));
    await waitFor(async () => (await Promise.all(names.map(stateOf))).every(({ next, pending }) => next === null && !pending), PATIENTLY);
    await expect(opened.storedIds()).resolves.toHaveLength(60);
    await waitFor(() => tickers.reduce((sum, { counts }) => sum + counts.started, 0) === 60, PATIENTLY);
    for (const ticker of tickers) await ticker[Symbol.asyncDispose]();
    for (const other of others) other[Symbol.dispose]();
  });
});

describe('a gateway that died', () => {
  it('after it had decided on a run is made up for: one run, and counted as mended', async () => {
    await gateway.schedules.put(name, specOf({ timing: DAILY }));
    await makeDue();
    const store = new ScheduleStore(opened.redis, opened.prefix);
    const stored = await store.read(name);
    const decided = stored.schedule && step(stored.schedule, stored.now, false);
    if (!stored.schedule || !decided) throw new Error('nothing is due');
    await store.save({ ...stored.schedule, state: decided.state }, stored);
    gateway.start();
    await waitFor(() => gateway.counts.mended === 1, PATIENTLY);
    await waitFor(async () => (await stateOf()).pending === null, PATIENTLY);
    expect(await stateOf()).toMatchObject({ runs: 1, lastRun: { at: decided.state.pending?.at } });
    await expect(opened.storedIds()).resolves.toHaveLength(1);
  });

  it('after it had submitted the run leaves no second one', async () => {
    await gateway.schedules.put(name, specOf({ timing: DAILY }));
    const { job } = await gateway.schedules.trigger(name);
    const key = 'schedule of-this-test again';
    gateway.start();
    const first = await settled(key);
    // As if the note that it was submitted had never been written.
    expect(await settled(key)).toEqual(first);
    expect((await opened.storedIds()).sort()).toEqual([job.id, first?.jobId].sort());
  });

  it('before a schedule is changed has its run made first, of what was said before', async () => {
    await gateway.schedules.put(name, specOf({ timing: DAILY }));
    await makePending('schedule of-this-test before');
    const { schedule } = await gateway.schedules.put(
      name,
      specOf({ timing: { every: 3_600_000 }, job: { ...specOf().job, options: { priority: 7 } } }),
    );
    expect(schedule.state).toMatchObject({ pending: null, lastRun: { jobId: expect.any(String) } });
    await expect(opened.jobs.get(String(schedule.state.lastRun?.jobId))).resolves.toMatchObject({ priority: 1 });
  });

  it('after it had taken a schedule is relieved', async () => {
    await gateway.schedules.put(name, specOf({ timing: DAILY }));
    await makeDue();
    const store = new ScheduleStore(opened.redis, opened.prefix);
    const taken = await Promise.all([store.take(), store.take()]);
    expect(taken.map(({ names }) => names)).toEqual([[name], []]);
    gateway.start();
    await waitFor(() => gateway.counts.started === 1, PATIENTLY);
    await expect(opened.storedIds()).resolves.toHaveLength(1);
  });
});

describe('a schedule that nobody would look at', () => {
  it('is found, once for all gateways, and counted as mended', async () => {
    const others = await Promise.all(Array.from({ length: 2 }, () => open(server.url, opened.prefix)));
    await gateway.schedules.put(name, specOf({ timing: DAILY }));
    const resting = newName();
    await gateway.schedules.put(resting, specOf({ timing: DAILY }), true);
    const due = await opened.redis.zscore(dueKey(), `acme/${name.id}`);
    await opened.redis.del(dueKey());
    const tickers = [gateway, ...others.map((other) => new Scheduling(other))].map((ticker) => ticker.start());
    await waitFor(async () => (await opened.redis.zscore(dueKey(), `acme/${name.id}`)) === due, PATIENTLY);
    await waitFor(() => tickers.reduce((sum, { counts }) => sum + counts.mended, 0) === 1, PATIENTLY);
    await expect(opened.redis.zscore(dueKey(), `acme/${resting.id}`)).resolves.toBeNull();
    for (const ticker of tickers) await ticker[Symbol.asyncDispose]();
    for (const other of others) other[Symbol.dispose]();
  });

  it('is forgotten when it is none any more', async () => {
    await opened.redis.zadd(dueKey(), 0, 'acme/gone');
    gateway.start();
    await waitFor(async () => (await opened.redis.zcard(dueKey())) === 0, PATIENTLY);
  });
});

describe('overlap', () => {
  it('skip: no run starts while the one before has not finished, and each is counted', async () => {
    const release = createSignal('release');
    let running = 0;
    let most = 0;
    await using _worker = work(
      opened,
      async () => {
        most = Math.max(most, ++running);
        await release.wait(20_000);
        running--;
      },
      { concurrency: 10 },
    );
    await gateway.schedules.put(name, specOf({ timing: { every: 1_000 }, overlap: 'skip' }));
    gateway.start();
    await waitFor(() => gateway.counts.skipped >= 2, PATIENTLY);
    expect([gateway.counts.started, most]).toEqual([1, 1]);
    release.set();
    await waitFor(() => gateway.counts.started >= 2, PATIENTLY);
    expect(most).toBe(1);
    expect((await stateOf()).skipped).toBeGreaterThanOrEqual(2);
  });

  it('cancel-previous: the one before is told to stop', async () => {
    await gateway.schedules.put(name, specOf({ timing: { every: 1_000, limit: 3 }, overlap: 'cancel-previous' }));
    gateway.start();
    await waitFor(async () => (await stateOf()).next === null && !(await stateOf()).pending, PATIENTLY);
    const { lastRun } = await stateOf();
    const jobs = await Promise.all((await opened.storedIds()).map((id) => opened.jobs.get(id)));
    expect(jobs.map(({ state }) => state).sort()).toEqual(['cancelled', 'cancelled', 'waiting']);
    expect(jobs.find(({ state }) => state === 'waiting')?.id).toBe(lastRun?.jobId);
  });
});

describe('Redis', () => {
  it('killed with -9 loses no schedule and no run', async () => {
    const spec = specOf({ timing: { every: 1_000 } });
    await gateway.schedules.put(name, spec);
    gateway.start();
    await waitFor(() => gateway.counts.started >= 1 && gateway.schedulesToldOf !== undefined, PATIENTLY);
    await server.kill();
    await expect(gateway.schedules.put(name, spec)).rejects.toMatchObject({ code: 'unavailable' });
    await expect(gateway.schedules.get(name)).rejects.toMatchObject({ code: 'unavailable' });
    await waitFor(() => gateway.schedulesToldOf === undefined, PATIENTLY);
    await server.restart();
    const before = gateway.counts.started;
    await waitFor(() => gateway.counts.started >= before + 2 && gateway.schedulesToldOf !== undefined, PATIENTLY);
    await gateway.schedules.pause(name);
    const { runs, missed, skipped } = await stateOf();
    expect([(await opened.storedIds()).length, missed, skipped]).toEqual([runs, 0, 0]);
  });

  it('that does not answer leaves it open whether a schedule was stored, and repeating is safe', async () => {
    const spec = specOf({ timing: DAILY });
    server.pause();
    await expect(gateway.schedules.put(name, spec)).rejects.toMatchObject({ code: 'outcome-unknown' });
    server.resume();
    const { schedule } = await waitFor(() => gateway.schedules.put(name, spec).catch(() => false as const), PATIENTLY);
    await expect(gateway.schedules.get(name)).resolves.toEqual(schedule);
  });
});

describe('clocks', () => {
  it.each([-60_000, 60_000])('of gateways do not matter: %p ms off', async (off) => {
    const { now } = Date;
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => now() + off);
    try {
      await gateway.schedules.put(name, specOf({ timing: { every: 1_000, limit: 3 } }));
      gateway.start();
      const isOver = async () => {
        const { next, pending } = await stateOf();
        return next === null && pending === null; // a run is counted before its job is stored
      };
      await waitFor(isOver, PATIENTLY);
      expect(await stateOf()).toMatchObject({ runs: 3, missed: 0, skipped: 0 });
    } finally {
      clock.mockRestore();
    }
    await expect(opened.storedIds()).resolves.toHaveLength(3);
  });
});

describe('a job type that is gone', () => {
  it('is told with the schedule, which goes on', async () => {
    const gone = { ...specOf().job, name: 'gone.type' };
    await gateway.schedules.put(name, specOf({ timing: DAILY }));
    await opened.redis.hset(`${opened.prefix}:schedule:acme/${name.id}`, 'spec', JSON.stringify(specOf({ timing: DAILY, job: gone })));
    await makeDue();
    gateway.start();
    await waitFor(() => gateway.counts.refused === 1, PATIENTLY);
    expect(await stateOf()).toMatchObject({ pending: null, error: { code: 'unknown-job' }, next: expect.any(Number) });
    expect(gateway.errors).toMatchObject([{ code: 'unknown-job' }]);
  });
});

describe('a queue that is full', () => {
  it('delays a run and does not lose it', async () => {
    const { job: other } = await opened.jobs.submit(submission());
    const admission = new Admission(opened.queues, opened.redis, 1);
    admission.start();
    await using full = new Scheduling(opened, new JobClient(opened.queues, opened.redis, opened.prefix, admission));
    await waitFor(() => admission.refusalOf('io'), PATIENTLY);
    await gateway.schedules.put(name, specOf({ timing: DAILY }));
    await makeDue();
    full.start();
    await waitFor(() => full.errors.length > 0, PATIENTLY);
    expect(full.errors[0]).toMatchObject({ code: 'backlog-full' });
    await expect(gateway.schedules.get(name)).resolves.toMatchObject({ state: { runs: 1, lastRun: null } });
    await expect(full.schedules.pause(name)).resolves.toMatchObject({ state: { paused: true } });
    await opened.queues.io.remove(other.id);
    const { lastRun } = await waitFor(async () => (await stateOf()).lastRun && stateOf(), PATIENTLY);
    await expect(opened.storedIds()).resolves.toEqual([lastRun?.jobId]);
    admission.stop();
  });
});
