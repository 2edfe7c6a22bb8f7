/** How a job ended that did not do what it was submitted for. */
export interface FailedJob {
  readonly id: string;
  readonly reason: string;
}

/** What became of each of `count` jobs, by number from 0. Flat arrays, so that 100,000 jobs are a few megabytes. */
export class Deliveries {
  submitted = 0;
  arrived = 0;
  completed = 0;
  /** Arrivals after the first of a job: deliveries are at-least-once. */
  repeats = 0;
  /** Submissions that were sent more than once because the gateway could not answer. */
  retried = 0;
  readonly failed: FailedJob[] = [];
  readonly #ids: (string | undefined)[];
  readonly #startedAt: Float64Array;
  readonly #acknowledgedAt: Float64Array;
  readonly #arrivedAt: Float64Array;
  readonly #finishedAt: Float64Array;

  constructor(
    readonly count: number,
    private readonly onProgress: () => void,
  ) {
    this.#ids = new Array<string | undefined>(count).fill(undefined);
    this.#startedAt = new Float64Array(count);
    this.#acknowledgedAt = new Float64Array(count);
    this.#arrivedAt = new Float64Array(count);
    this.#finishedAt = new Float64Array(count);
  }

  idOf(number: number): string | undefined {
    return this.#ids[number];
  }

  hasArrived(number: number): boolean {
    return this.#arrivedAt[number] !== 0;
  }

  start(number: number): void {
    this.#startedAt[number] = now();
  }

  acknowledge(number: number, id: string): void {
    this.#acknowledgedAt[number] = now();
    this.#ids[number] = id;
    this.submitted++;
    this.onProgress();
  }

  arrive(number: number): void {
    if (!Number.isInteger(number) || number < 0 || number >= this.count) return; // not one of ours
    if (this.hasArrived(number)) {
      this.repeats++;
      return;
    }
    this.#arrivedAt[number] = now();
    this.arrived++;
    this.onProgress();
  }

  /** `finishedAt` in Unix milliseconds. */
  complete(number: number, finishedAt: number): void {
    this.#finishedAt[number] = finishedAt;
    this.completed++;
    this.onProgress();
  }

  fail(job: FailedJob): void {
    this.failed.push(job);
    this.onProgress();
  }

  /** Numbers of the jobs that were submitted and have not arrived. */
  *missing(): Generator<number> {
    for (let number = 0; number < this.count; number++) {
      if (this.#ids[number] !== undefined && !this.hasArrived(number)) yield number;
    }
  }

  /** Milliseconds from the first submission to the last arrival. */
  get duration(): number {
    const started = this.#startedAt.filter((at) => at !== 0);
    if (started.length === 0 || this.arrived === 0) return 0;
    return max(this.#arrivedAt) - min(started);
  }

  /** Milliseconds that each submission took, as the caller saw it. */
  submitTimes(): number[] {
    return differences(this.#startedAt, this.#acknowledgedAt);
  }

  /** From the acknowledgement to the arrival; 0 for a job that was quicker than its acknowledgement. */
  pickUpTimes(): number[] {
    return differences(this.#acknowledgedAt, this.#arrivedAt);
  }

  /** From the start of the submission to the end of the job. */
  completionTimes(): number[] {
    return differences(this.#startedAt, this.#finishedAt);
  }
}

/** Unix milliseconds, finer than Date. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

function differences(from: Float64Array, to: Float64Array): number[] {
  const result: number[] = [];
  for (let index = 0; index < from.length; index++) {
    const [start = 0, end = 0] = [from[index], to[index]];
    if (start !== 0 && end !== 0) result.push(Math.max(0, end - start));
  }
  return result;
}

// Not Math.max(...values): that many arguments do not fit on the stack.
function max(values: Float64Array): number {
  return values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
}

function min(values: Float64Array): number {
  return values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
}
