import { Cron } from 'croner';
import { Zone } from './zone.js';

const SECOND_MS = 1_000;

/**
 * The times of a cron pattern. croner reads the pattern and walks it in UTC, which has no summer time; how the wall's
 * times become instants is decided here, because every library that was tried loses or doubles some (croner 11.0.1:
 * `15,45 2 * * *` in Berlin runs neither in spring and both twice in autumn; cron-parser 5.10.3: no midnight in Santiago
 * on the day that it is skipped).
 *
 * A time that is skipped in spring runs once, when the gap ends; several in one gap run once together. A time that is
 * repeated in autumn runs once, the first time. A pattern for every hour (`*`) goes on through both: it means elapsed time.
 */
export class CronTimes {
  private readonly pattern: Cron;
  private readonly zone: Zone;
  private readonly everyHour: boolean;

  /** @throws Error that says what is wrong with the pattern, RangeError for a zone that is not known */
  constructor(pattern: string, timezone: string) {
    const fields = pattern.trim().split(/\s+/);
    // croner takes dates and words such as @daily as well, which have no fields to go by.
    if (fields.length < 5 || fields.length > 6)
      throw new Error(`a pattern has five fields, or six with seconds first, not ${fields.length}`);
    this.pattern = new Cron(pattern, { timezone: 'UTC', mode: '5-or-6-parts' });
    this.zone = new Zone(timezone);
    this.everyHour = fields.at(-4) === '*';
  }

  /** The first time after an instant; undefined if there is none. Unix milliseconds. */
  next(after: number): number | undefined {
    if (this.everyHour) return this.nextElapsed(after);
    const wall = this.nextWall(this.shownUntil(after));
    return wall === undefined ? undefined : this.zone.instant(wall);
  }

  /** The last wall time that was shown up to an instant: while an hour is repeated, the end of that hour. */
  private shownUntil(instant: number): number {
    const wall = this.zone.wall(instant);
    const first = this.zone.instant(wall);
    if (first === instant) return wall;
    return this.zone.change(first, instant) + this.zone.offset(first) - SECOND_MS;
  }

  /** Goes on as if clocks were never changed, and again from the change where they were. */
  private nextElapsed(from: number, inclusive = false): number | undefined {
    const offset = this.zone.offset(from);
    const wall = this.nextWall(from + offset - (inclusive ? SECOND_MS : 0));
    if (wall === undefined) return undefined;
    const instant = wall - offset;
    return this.zone.offset(instant) === offset ? instant : this.nextElapsed(this.zone.change(from, instant), true);
  }

  private nextWall(after: number): number | undefined {
    return this.pattern.nextRun(new Date(after))?.getTime();
  }
}
