import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { specOf } from '../fixtures/scheduling.js';
import { define, manualRun, setPaused, step } from './plan.js';
import { nextStarts, type Schedule, type ScheduleSpec } from './schedule.js';
import { nextTime, type Timing } from './timing.js';

const NOON = Date.parse('2026-03-01T12:00:00Z');
const MINUTE = 60_000;
const name = { tenant: 'acme', id: 'tidy' };

const scheduleOf = (timing: Timing, changes: Partial<ScheduleSpec> = {}) =>
  define(name, specOf({ timing, ...changes }), false, undefined, NOON);
const everyMinute = scheduleOf({ every: MINUTE });

function after(schedule: Schedule, ...looks: number[]): Schedule {
  let state = schedule.state;
  for (const now of looks) state = step({ ...schedule, state }, now, false)?.state ?? state;
  return { ...schedule, state };
}

/** Takes every step there is at each look, and tells the times that were started. */
function startsAt(schedule: Schedule, looks: readonly number[]): number[] {
  const started: number[] = [];
  let current = schedule;
  for (const now of looks) {
    for (let next = step(current, now, false); next; next = step(current, now, false)) {
      if (next.outcome === 'started') started.push(next.state.pending?.at ?? Number.NaN);
      current = { ...current, state: { ...next.state, pending: null } };
    }
  }
  return started;
}

describe('step', () => {
  it('starts a run when it is due, and goes on to the next time', () => {
    expect(step(everyMinute, NOON + MINUTE - 1, false)).toBeUndefined();
    const { outcome, state } = step(everyMinute, NOON + MINUTE, false) ?? {};
    expect([outcome, state]).toMatchObject(['started', { runs: 1, next: NOON + 2 * MINUTE, pending: { at: NOON + MINUTE } }]);
  });

  it('leaves a run out while the one before has not finished, where it says skip', () => {
    const skipping = scheduleOf({ every: MINUTE }, { overlap: 'skip' });
    const next = step(skipping, NOON + MINUTE, true);
    expect(next).toMatchObject({ outcome: 'skipped', state: { skipped: 1, runs: 0, next: NOON + 2 * MINUTE, pending: null } });
  });

  it('names the job to cancel, where it says cancel-previous', () => {
    const { spec, state } = scheduleOf({ every: MINUTE }, { overlap: 'cancel-previous' });
    const running = { ...name, spec, state: { ...state, lastRun: { at: NOON, jobId: 'io_1' } } };
    expect(step(running, NOON + MINUTE, true)?.state.pending).toMatchObject({ cancels: 'io_1' });
    expect(step(running, NOON + MINUTE, false)?.state.pending).not.toHaveProperty('cancels');
  });

  it('ends with its limit, and with its end', () => {
    const limited = scheduleOf({ every: MINUTE, limit: 2 });
    expect(after(limited, NOON + MINUTE, NOON + 2 * MINUTE).state).toMatchObject({ runs: 2, next: null });
    const ending = scheduleOf({ every: MINUTE, endAt: NOON + MINUTE });
    expect(after(ending, NOON + MINUTE).state).toMatchObject({ runs: 1, next: null });
  });

  it('makes up for runs up to five minutes late one by one, and for older ones by the last of them', () => {
    const minutes = (...of: number[]) => of.map((minute) => NOON + minute * MINUTE);
    expect(startsAt(everyMinute, minutes(4))).toEqual(minutes(1, 2, 3, 4));
    expect(startsAt(everyMinute, minutes(100))).toEqual(minutes(95, 96, 97, 98, 99, 100));
    expect(after(everyMinute, NOON + 100 * MINUTE).state).toMatchObject({ missed: 94, runs: 1 });
    const hourly = scheduleOf({ every: 60 * MINUTE });
    expect(startsAt(hourly, minutes(90))).toEqual(minutes(60));
  });

  it('passes over a long time in steps, so that nobody waits for it', () => {
    const secondly = scheduleOf({ every: 1_000 });
    const late = NOON + 3_600_000;
    expect(step(secondly, late, false)).toMatchObject({ outcome: 'passed-over', state: { missed: 1_000, runs: 0 } });
    const started = startsAt(secondly, [late]);
    expect([started.length, started[0], started.at(-1)]).toEqual([301, late - 300_000, late]);
  });

  it('starts every time once, whatever the clock does', () => {
    const timing = fc.constantFrom<Timing[]>(
      { every: 1_000 },
      { every: 7_000, jitter: 20_000 },
      { cron: '*/15 * * * * *' },
      { cron: '* * * * *', jitter: 5_000 },
    );
    const jumps = fc.array(fc.integer({ min: -MINUTE, max: MINUTE }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(timing, jumps, (given, by) => {
        const schedule = scheduleOf(given);
        const looks = by.map((jump, index) => NOON + index * 5_000 + jump);
        const started = startsAt(schedule, looks);
        const expected: number[] = [];
        for (let at = schedule.state.next; expected.length < started.length && at !== null; at = nextTime(given, NOON, at) ?? null)
          expected.push(at);
        expect(started).toEqual(expected);
        const latest = Math.max(...looks);
        const left = nextTime(given, NOON, started.at(-1) ?? NOON) as number;
        expect(left + (given.jitter ?? 0)).toBeGreaterThan(latest);
      }),
      { numRuns: 100 },
    );
  });
});

describe('define', () => {
  it('goes on where it is when the timing stays, under another series', () => {
    const ran = after(everyMinute, NOON + MINUTE);
    const { state } = define(name, specOf({ timing: { every: MINUTE }, overlap: 'skip' }), false, ran, NOON + 90_000);
    expect(state).toMatchObject({ runs: 1, next: NOON + 2 * MINUTE, anchor: NOON, createdAt: NOON });
    expect(state.series).not.toBe(ran.state.series);
  });

  it('begins anew when the timing changes', () => {
    const ran = after(everyMinute, NOON + MINUTE);
    const { state } = define(name, specOf({ timing: { every: 2 * MINUTE } }), false, ran, NOON + 90_000);
    expect(state).toMatchObject({ runs: 0, next: NOON + 210_000, createdAt: NOON });
  });
});

describe('a pause', () => {
  it('leaves out what would have run, and keeps the times of an interval', () => {
    const paused = setPaused(everyMinute, true, NOON + 10_000);
    expect([step(paused, NOON + 10 * MINUTE, false), nextStarts(paused, 5)]).toEqual([undefined, []]);
    expect(nextStarts(setPaused(paused, false, NOON + 630_000), 1)).toEqual([NOON + 11 * MINUTE]);
  });

  it('does not wake a schedule that has ended', () => {
    const ended = after(scheduleOf({ every: MINUTE, limit: 1 }), NOON + MINUTE);
    expect(setPaused(setPaused(ended, true, NOON), false, NOON).state.next).toBeNull();
  });
});

describe('a manual run', () => {
  it('is beside the timing, and does not overlap where that is not allowed', () => {
    expect(manualRun(everyMinute, NOON + 1, true, 'k')).toMatchObject({
      runs: 0,
      next: NOON + MINUTE,
      pending: { at: NOON + 1, key: 'k' },
    });
    expect(manualRun(scheduleOf({ every: MINUTE }, { overlap: 'skip' }), NOON, true, 'k')).toBeUndefined();
  });
});
