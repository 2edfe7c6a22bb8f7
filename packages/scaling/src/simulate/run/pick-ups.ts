const BIN_MS = 100;

/** How long jobs waited until a worker picked them up, of one run or of several. Percentiles are exact to a tenth of a second. */
export class PickUps {
  readonly #bins: number[] = [];
  #jobs = 0;
  #late = 0;
  #lateMs = 0;

  /** @param target milliseconds after which a pick-up is late */
  constructor(private readonly target: number) {}

  get jobs(): number {
    return this.#jobs;
  }

  get late(): number {
    return this.#late;
  }

  /** Job-seconds beyond the target: a job that is picked up 3 seconds late counts 3. */
  get lateSeconds(): number {
    return this.#lateMs / 1_000;
  }

  add(waitedMs: number): void {
    this.#jobs++;
    const bin = Math.floor(waitedMs / BIN_MS);
    this.#bins[bin] = (this.#bins[bin] ?? 0) + 1;
    if (waitedMs <= this.target) return;
    this.#late++;
    this.#lateMs += waitedMs - this.target;
  }

  addAll(other: PickUps): void {
    this.#jobs += other.#jobs;
    this.#late += other.#late;
    this.#lateMs += other.#lateMs;
    other.#bins.forEach((count, bin) => {
      this.#bins[bin] = (this.#bins[bin] ?? 0) + count;
    });
  }

  /** Milliseconds within which that share of the jobs was picked up; 0 when there were none. */
  percentile(share: number): number {
    const rank = Math.ceil(share * this.#jobs);
    let seen = 0;
    for (const [bin, count] of this.#bins.entries()) {
      seen += count ?? 0;
      if (seen >= rank) return rank === 0 ? 0 : (bin + 1) * BIN_MS;
    }
    return 0;
  }
}
