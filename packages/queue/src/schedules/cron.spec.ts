import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CronTimes } from './cron.js';
import { Zone } from './zone.js';

/** The times after an instant, to the minute, in UTC. */
function timesOf(pattern: string, zone: string, after: string, count: number): string[] {
  const times = new CronTimes(pattern, zone);
  let at: number | undefined = Date.parse(after);
  return Array.from({ length: count }, () => {
    at = at === undefined ? undefined : times.next(at);
    return at === undefined ? 'never' : new Date(at).toISOString().slice(5, 16);
  });
}

describe('a time that is skipped in spring', () => {
  it.each([
    ['30 2 * * *', 'Europe/Berlin', '2026-03-28T00:00Z', ['03-28T01:30', '03-29T01:00', '03-30T00:30']],
    ['30 2 * * *', 'America/New_York', '2026-03-07T12:00Z', ['03-08T07:00', '03-09T06:30']],
    ['30 2 29 3 *', 'Europe/Berlin', '2026-01-01T00:00Z', ['03-29T01:00', '03-29T00:30']],
    // Midnight itself.
    ['0 0 * * *', 'America/Santiago', '2026-09-05T00:00Z', ['09-05T04:00', '09-06T04:00', '09-07T03:00']],
    // Half an hour.
    ['15 2 * * *', 'Australia/Lord_Howe', '2026-10-02T16:00Z', ['10-03T15:30', '10-04T15:15']],
    ['0 */2 * * *', 'Europe/Berlin', '2026-03-28T23:30Z', ['03-29T01:00', '03-29T02:00']],
  ])('runs once, when the gap ends: %s in %s', (pattern, zone, after, times) => {
    expect(timesOf(pattern, zone, after, times.length)).toEqual(times);
  });

  it('runs together with others of the same gap', () => {
    expect(timesOf('15,45 2 * * *', 'Europe/Berlin', '2026-03-28T03:00Z', 3)).toEqual(['03-29T01:00', '03-30T00:15', '03-30T00:45']);
    expect(timesOf('0,30 2,3 * * *', 'Europe/Berlin', '2026-03-29T00:00Z', 2)).toEqual(['03-29T01:00', '03-29T01:30']);
  });
});

describe('a time that is repeated in autumn', () => {
  it.each([
    ['30 2 * * *', 'Europe/Berlin', '2026-10-24T00:00Z', ['10-24T00:30', '10-25T00:30', '10-26T01:30']],
    ['15,45 2 * * *', 'Europe/Berlin', '2026-10-24T03:00Z', ['10-25T00:15', '10-25T00:45', '10-26T01:15']],
    ['30 1 * * *', 'America/New_York', '2026-10-31T12:00Z', ['11-01T05:30', '11-02T06:30']],
    ['0 0 * * *', 'America/Havana', '2026-10-31T12:00Z', ['11-01T04:00', '11-02T05:00']],
    ['45 1 * * *', 'Australia/Lord_Howe', '2026-04-04T00:00Z', ['04-04T14:45', '04-05T15:15']],
  ])('runs once, the first time: %s in %s', (pattern, zone, after, times) => {
    expect(timesOf(pattern, zone, after, times.length)).toEqual(times);
  });

  it('does not run again for who asks in between', () => {
    expect(timesOf('30 2 * * *', 'Europe/Berlin', '2026-10-25T01:10Z', 1)).toEqual(['10-26T01:30']);
  });
});

describe('a pattern for every hour', () => {
  it('means elapsed time, through both changes', () => {
    expect(timesOf('*/30 * * * *', 'Europe/Berlin', '2026-03-29T00:00Z', 3)).toEqual(['03-29T00:30', '03-29T01:00', '03-29T01:30']);
    expect(timesOf('15 * * * *', 'Europe/Berlin', '2026-03-29T00:00Z', 3)).toEqual(['03-29T00:15', '03-29T01:15', '03-29T02:15']);
    const autumn = ['10-25T00:00', '10-25T00:30', '10-25T01:00', '10-25T01:30', '10-25T02:00'];
    expect(timesOf('*/30 * * * *', 'Europe/Berlin', '2026-10-24T23:50Z', 5)).toEqual(autumn);
    expect(timesOf('0 * 29 2 *', 'Europe/Berlin', '2026-07-01T00:00Z', 1)).toEqual(['02-28T23:00']);
  });
});

describe('CronTimes', () => {
  it('knows seconds, names and ends', () => {
    expect(new CronTimes('*/10 * * * * *', 'UTC').next(Date.parse('2026-01-01T00:00:05Z'))).toBe(Date.parse('2026-01-01T00:00:10Z'));
    expect(timesOf('0 9 * * MON-FRI', 'UTC', '2026-01-02T12:00Z', 1)).toEqual(['01-05T09:00']);
    expect(timesOf('0 0 30 2 *', 'UTC', '2026-01-01T00:00Z', 1)).toEqual(['never']);
  });

  it.each([
    ['', 'UTC'],
    ['* * *', 'UTC'],
    ['60 * * * *', 'UTC'],
    ['* * * * * * *', 'UTC'],
    ['2030-01-01T00:00:00', 'UTC'],
    ['@daily', 'UTC'],
    ['0 0 * * *', 'Europe/Atlantis'],
  ])('refuses %p in %p', (pattern, zone) => {
    expect(() => new CronTimes(pattern, zone)).toThrow();
  });

  const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'America/Santiago', 'Asia/Kolkata', 'America/Havana'];
  const dailyTime = fc.record({ zone: fc.constantFrom(...zones), hour: fc.nat(23), minute: fc.nat(59), day: fc.nat(3_000) });

  it('runs once for each day on the wall, at its time or after a gap, whatever the zone', () => {
    fc.assert(
      fc.property(dailyTime, ({ zone, hour, minute, day }) => {
        const times = new CronTimes(`${minute} ${hour} * * *`, zone);
        const wall = (at: number) => new Zone(zone).wall(at);
        let at = times.next(Date.UTC(2024, 0, day)) as number;
        for (let run = 0; run < 10; run++) {
          const next = times.next(at) as number;
          expect(Math.floor(wall(next) / 86_400_000) - Math.floor(wall(at) / 86_400_000)).toBe(1);
          const late = (wall(next) % 86_400_000) - (hour * 60 + minute) * 60_000;
          expect(late >= 0 && late <= 3_600_000).toBe(true);
          at = next;
        }
      }),
      { numRuns: 100 },
    );
  });

  it('gives the same times whoever asks from where: there is none between an instant and the next', () => {
    const pattern = fc.constantFrom('30 2 * * *', '*/20 1-3 * * *', '0,30 * * * *', '15,45 0,2 * * *', '5 */3 * * *');
    const start = fc.constantFrom('2026-03-28T12:00Z', '2026-10-24T12:00Z', '2026-11-01T00:00Z', '2026-04-04T06:00Z', '2026-09-05T12:00Z');
    fc.assert(
      fc.property(pattern, fc.constantFrom(...zones), start, fc.nat(86_400), (cron, zone, from, seconds) => {
        const times = new CronTimes(cron, zone);
        const after = Date.parse(from) + seconds * 1_000;
        const next = times.next(after) as number;
        expect(next).toBeGreaterThan(after);
        for (const share of [0.1, 0.5, 0.9]) expect(times.next(Math.floor(after + (next - after - 1) * share))).toBe(next);
      }),
      { numRuns: 200 },
    );
  });
});
