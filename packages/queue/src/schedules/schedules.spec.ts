import { waitFor } from '@dts/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Opened, open, submission, work } from '../fixtures/open.js';
import { newName, Scheduling, specOf } from '../fixtures/scheduling.js';
import { nextStarts, type Schedule } from './schedule.js';

let opened: Opened;
let scheduling: Scheduling;

beforeAll(async () => {
  opened = await open();
  scheduling = new Scheduling(opened);
});
afterAll(async () => {
  await scheduling[Symbol.asyncDispose]();
  opened[Symbol.dispose]();
});

const DAILY = { cron: '30 2 * * *', timezone: 'Europe/Berlin' };
const daily = specOf({ timing: DAILY });

describe('Schedules.put', () => {
  it('creates a schedule that reads as it was given, and is the same when it is repeated', async () => {
    const name = newName();
    const first = await scheduling.schedules.put(name, daily);
    expect(first).toMatchObject({ outcome: 'created', schedule: { ...name, spec: daily, state: { paused: false, runs: 0 } } });
    await expect(scheduling.schedules.get(name)).resolves.toEqual(first.schedule);
    await expect(scheduling.schedules.put(name, daily)).resolves.toEqual({ outcome: 'replaced', schedule: first.schedule });
  });

  it('replaces what it says; a timing that stays goes on where it is', async () => {
    const name = newName();
    const { schedule: first } = await scheduling.schedules.put(name, specOf({ timing: { every: 3_600_000 } }));
    const { schedule: same } = await scheduling.schedules.put(name, specOf({ timing: { every: 3_600_000 }, overlap: 'skip' }));
    expect([same.state.next, same.spec.overlap]).toEqual([first.state.next, 'skip']);
    const { schedule: other } = await scheduling.schedules.put(name, specOf({ timing: { every: 7_200_000 } }));
    expect(other.state.next).toBeGreaterThan(Number(first.state.next));
  });

  it.each([
    [{ job: { ...daily.job, name: 'no.such' } }, { code: 'unknown-job' }],
    [{ job: { ...daily.job, payload: { url: 7 } } }, { code: 'invalid-payload', issues: [{ path: ['url'] }] }],
    [{ timing: { cron: '60 * * * *' } }, { code: 'invalid-schedule', issues: [{ path: ['cron'] }] }],
    [{ timing: { cron: '0 0 30 2 *' } }, { code: 'invalid-schedule', issues: [{ path: ['cron'] }] }],
    [{ timing: { ...DAILY, timezone: 'Mars/Base' } }, { code: 'invalid-schedule', issues: [{ path: ['timezone'] }] }],
    [{ timing: { every: 1_000, endAt: 1_000 } }, { code: 'invalid-schedule', issues: [{ path: ['endAt'] }] }],
  ])('refuses %j', async (changes, refusal) => {
    const name = newName();
    await expect(scheduling.schedules.put(name, specOf(changes))).rejects.toMatchObject(refusal);
    await expect(scheduling.schedules.get(name)).rejects.toMatchObject({ code: 'schedule-not-found' });
  });

  it('is one schedule of twenty at a time', async () => {
    const name = newName();
    const puts = await Promise.all(Array.from({ length: 20 }, () => scheduling.schedules.put(name, daily)));
    expect(puts.map(({ outcome }) => outcome).sort()).toEqual(['created', ...Array(19).fill('replaced')]);
    expect(new Set(puts.map(({ schedule }) => schedule.state.series)).size).toBe(1);
  });
});

describe('a paused schedule', () => {
  it('has no next run, and keeps its pause when it is put again, until it is told', async () => {
    const name = newName();
    await scheduling.schedules.put(name, daily);
    expect(nextStarts(await scheduling.schedules.pause(name), 5)).toEqual([]);
    const { schedule } = await scheduling.schedules.put(name, specOf({ timing: DAILY, overlap: 'skip' }));
    expect(schedule.state.paused).toBe(true);
    expect(nextStarts(await scheduling.schedules.resume(name), 5)).toHaveLength(5);
    await scheduling.schedules.put(name, daily, true);
    await expect(scheduling.schedules.get(name)).resolves.toMatchObject({ state: { paused: true } });
  });
});

describe('Schedules.list', () => {
  it("pages through one tenant's in order, or through all", async () => {
    for (const name of [...'cab'].map((id) => ({ tenant: 'lister', id }))) await scheduling.schedules.put(name, daily);
    await scheduling.schedules.put({ tenant: 'lister.too', id: 'x' }, daily);
    const ids = ({ items }: { items: readonly Schedule[] }) => items.map(({ id }) => id);
    const first = await scheduling.schedules.list(2, { tenant: 'lister' });
    expect([ids(first), first.next]).toEqual([['a', 'b'], { tenant: 'lister', id: 'b' }]);
    const second = await scheduling.schedules.list(2, { tenant: 'lister', after: first.next });
    expect([ids(second), second.next]).toEqual([['c'], undefined]);
    expect((await scheduling.schedules.list(100, {})).items.length).toBeGreaterThan(4);
  });
});

describe('Schedules.remove', () => {
  it('leaves nothing behind', async () => {
    const name = newName();
    await scheduling.schedules.put(name, daily);
    await scheduling.schedules.remove(name);
    await expect(opened.redis.keys(`*${name.id}*`)).resolves.toEqual([]);
    await expect(opened.redis.zscore(`${opened.prefix}:schedules:due`, `acme/${name.id}`)).resolves.toBeNull();
    for (const call of ['remove', 'get', 'pause', 'resume', 'trigger'] as const) {
      await expect(scheduling.schedules[call](name)).rejects.toMatchObject({ code: 'schedule-not-found' });
    }
  });
});

describe('Schedules.trigger', () => {
  it('makes a job now that any gateway finds, with the tenant and a tag to find it by', async () => {
    const name = newName();
    await scheduling.schedules.put(name, daily, true);
    const { job } = await scheduling.schedules.trigger(name);
    expect(job).toMatchObject({ name: 'http.request', tenant: 'acme', state: 'waiting', tags: [`schedule:${name.id}`] });
    await expect(opened.jobs.get(job.id)).resolves.toMatchObject({ id: job.id, payload: submission().payload });
    await expect(scheduling.schedules.get(name)).resolves.toMatchObject({
      state: { runs: 0, pending: null, paused: true, lastRun: { jobId: job.id } },
    });
    const { job: other } = await scheduling.schedules.trigger(name);
    expect(other.id).not.toBe(job.id);
  });

  it('goes by the overlap policy', async () => {
    const name = newName();
    await scheduling.schedules.put(name, specOf({ timing: DAILY, overlap: 'skip' }));
    const { job: first } = await scheduling.schedules.trigger(name);
    await expect(scheduling.schedules.trigger(name)).rejects.toMatchObject({ code: 'run-in-progress' });
    await scheduling.schedules.put(name, specOf({ timing: DAILY, overlap: 'cancel-previous' }));
    const { job: second } = await scheduling.schedules.trigger(name);
    await expect(opened.jobs.get(first.id)).resolves.toMatchObject({ state: 'cancelled' });
    await expect(opened.jobs.get(second.id)).resolves.toMatchObject({ state: 'waiting' });
  });
});

describe('a trigger with a key', () => {
  it('runs once however often it is repeated, also while that run has not finished and the schedule says skip', async () => {
    const name = newName();
    await scheduling.schedules.put(name, specOf({ timing: DAILY, overlap: 'skip' }));
    const first = await scheduling.schedules.trigger(name, 'k');
    await expect(scheduling.schedules.trigger(name, 'k')).resolves.toMatchObject({ outcome: 'replayed', job: { id: first.job.id } });
    await scheduling.schedules.put(name, specOf({ timing: DAILY, overlap: 'cancel-previous' }));
    const repeated = await Promise.all(Array.from({ length: 5 }, () => scheduling.schedules.trigger(name, 'k')));
    expect(repeated.map(({ job }) => job.id)).toEqual(repeated.map(() => first.job.id));
    await expect(opened.jobs.get(first.job.id)).resolves.toMatchObject({ state: 'waiting' });
  });
});

describe('a schedule', () => {
  it('runs at its times, each once, on real workers', async () => {
    await using ticking = new Scheduling(opened).start();
    const ran: string[] = [];
    await using _worker = work(opened, async (job) => {
      ran.push(String(job.id));
    });
    const name = newName();
    await ticking.schedules.put(name, specOf({ timing: { every: 1_000, limit: 2 } }));
    await waitFor(async () => (await ticking.schedules.get(name)).state.next === null && ticking.counts.started === 2);
    const { state } = await ticking.schedules.get(name);
    expect(state).toMatchObject({ runs: 2, skipped: 0, missed: 0, next: null });
    await waitFor(() => state.lastRun !== null && ran.includes(state.lastRun.jobId));
    expect(new Set(ran).size).toBe(ran.length);
  });
});
