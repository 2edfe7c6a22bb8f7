const DAY_MS = 86_400_000;
const OFFSET = /GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/;

/**
 * A time zone, as the arithmetic of schedules needs it. "Wall" times are what a clock on the wall shows, written as the
 * Unix milliseconds at which a clock in UTC shows the same.
 */
export class Zone {
  private readonly format: Intl.DateTimeFormat;

  /** @throws RangeError for a zone that is not known */
  constructor(name: string) {
    this.format = new Intl.DateTimeFormat('en', { timeZone: name, timeZoneName: 'longOffset' });
  }

  /** Milliseconds by which the wall is ahead of UTC at an instant. */
  offset(instant: number): number {
    const name = this.format.formatToParts(instant).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign, hours = 0, minutes = 0, seconds = 0] = OFFSET.exec(name) ?? [];
    return (sign === '-' ? -1_000 : 1_000) * (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds));
  }

  wall(instant: number): number {
    return instant + this.offset(instant);
  }

  /** When the wall shows a time: the first of two when clocks were put back, the end of the gap when they skip it. */
  instant(wall: number): number {
    const before = this.offset(wall - DAY_MS);
    const after = this.offset(wall + DAY_MS);
    const shown = [wall - before, wall - after].filter((instant) => this.wall(instant) === wall);
    return shown.length > 0 ? Math.min(...shown) : this.change(wall - after, wall - before);
  }

  /** The first instant in (from, to] with the offset that `to` has; there is one change of clocks between them. */
  change(from: number, to: number): number {
    const after = this.offset(to);
    let [low, high] = [from, to];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.offset(middle) === after) high = middle;
      else low = middle;
    }
    return high;
  }
}
