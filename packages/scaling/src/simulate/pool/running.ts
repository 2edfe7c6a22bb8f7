import type { SimulatedWorker } from './simulated-worker.js';

export interface RunningJob {
  readonly endsAt: number;
  readonly runsMs: number;
  readonly worker: SimulatedWorker;
}

/** Jobs that run, by when they end. */
export class Running {
  /** The next one to end is the last. */
  readonly #jobs: RunningJob[] = [];

  get count(): number {
    return this.#jobs.length;
  }

  get nextEnd(): number {
    return this.#jobs.at(-1)?.endsAt ?? Number.POSITIVE_INFINITY;
  }

  add(job: RunningJob): void {
    let low = 0;
    let high = this.#jobs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#jobs[middle]?.endsAt ?? 0) > job.endsAt) low = middle + 1;
      else high = middle;
    }
    this.#jobs.splice(low, 0, job);
  }

  takeNext(): RunningJob | undefined {
    return this.#jobs.pop();
  }
}
