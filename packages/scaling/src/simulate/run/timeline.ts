/** What a pool was like in a stretch of time: the worst of it. */
export interface Moment {
  /** Seconds from the start, in the middle of the stretch. */
  readonly at: number;
  /** Jobs that came, a second. */
  readonly arrivals: number;
  readonly backlog: number;
  /** Seconds that the oldest job had waited. */
  readonly oldest: number;
  readonly workers: number;
  /** Worker-minutes from the start until then. */
  readonly workerMinutes: number;
}

interface Observed {
  readonly arrived: number;
  readonly backlog: number;
  readonly oldestMs: number;
  readonly workers: number;
  readonly workerMinutes: number;
}

interface Stretch {
  readonly from: number;
  readonly arrivedBefore: number;
  seconds: number;
  last: Observed;
  backlog: number;
  oldestMs: number;
  workers: number;
}

/** Collects seconds into few enough stretches for a picture. */
export class Timeline {
  readonly #stretches: Stretch[] = [];

  /** @param length of a stretch, in seconds */
  constructor(private readonly length: number) {}

  add(second: number, observed: Observed): void {
    const last = this.#stretches.at(-1);
    const index = Math.floor(second / this.length);
    if (last && index < this.#stretches.length) extend(last, observed);
    else this.#stretches.push(begin(second, observed, last));
  }

  get moments(): Moment[] {
    return this.#stretches.map(({ from, arrivedBefore, seconds, last, backlog, oldestMs, workers }) => ({
      at: from + seconds / 2,
      arrivals: (last.arrived - arrivedBefore) / seconds,
      backlog,
      oldest: oldestMs / 1_000,
      workers,
      workerMinutes: last.workerMinutes,
    }));
  }
}

function begin(from: number, observed: Observed, before: Stretch | undefined): Stretch {
  return { from, arrivedBefore: before?.last.arrived ?? 0, seconds: 1, last: observed, ...observed };
}

function extend(stretch: Stretch, observed: Observed): void {
  stretch.seconds++;
  stretch.last = observed;
  stretch.backlog = Math.max(stretch.backlog, observed.backlog);
  stretch.oldestMs = Math.max(stretch.oldestMs, observed.oldestMs);
  stretch.workers = Math.max(stretch.workers, observed.workers);
}
