import type { SimulatedJob } from '../workload/jobs.js';
import type { Manners, PoolModel } from './pool-model.js';
import type { Reading } from './reading.js';
import { Running } from './running.js';
import { type SimulatedWorker, whoLeaves } from './simulated-worker.js';

export interface PoolOptions {
  /** In the order in which they come. */
  readonly jobs: readonly SimulatedJob[];
  readonly model: Pick<PoolModel, 'slots' | 'coldStart'>;
  readonly manners: Manners;
  /** Told of each job that a worker picks up: milliseconds that it has waited. */
  readonly onPickUp: (waitedMs: number) => void;
}

/**
 * One queue, first in first out, and the workers that serve it. It lives from event to event (a job comes, a worker is ready, a job
 * ends), at exact times. Draining workers finish what they run; none is ever interrupted.
 */
export class SimulatedPool {
  readonly #workers: SimulatedWorker[] = [];
  /** In the order in which they become ready. */
  readonly #starting: SimulatedWorker[] = [];
  readonly #running = new Running();
  #now = 0;
  #arrived = 0;
  #pickedUp = 0;
  #finished = 0;
  #finishedMs = 0;
  /** Slots of ready workers that take jobs. */
  #free = 0;
  /** Whose turn it was: workers that wait get jobs one after the other. */
  #turn = 0;
  #started = 0;
  /** Milliseconds that workers have lived who are gone. */
  #pastMs = 0;

  constructor(private readonly options: PoolOptions) {}

  /** Milliseconds from the start. */
  get now(): number {
    return this.#now;
  }

  get arrived(): number {
    return this.#arrived;
  }

  /** Workers that take jobs, or will as soon as they are ready. */
  get replicas(): number {
    return this.#workers.reduce((count, { isDraining }) => count + Number(!isDraining), 0);
  }

  get ready(): number {
    return this.#workers.reduce((count, { isReady, isDraining }) => count + Number(isReady && !isDraining), 0);
  }

  /** All that are paid for: the starting and the draining ones as well. */
  get size(): number {
    return this.#workers.length;
  }

  get isDone(): boolean {
    return this.#finished === this.options.jobs.length;
  }

  /** Jobs that have come and that nobody has picked up. */
  get waiting(): number {
    return this.#arrived - this.#pickedUp;
  }

  /** Milliseconds that the first of those has waited; 0 when there is none. */
  get oldestMs(): number {
    const oldest = this.waiting > 0 ? this.options.jobs[this.#pickedUp] : undefined;
    return oldest ? this.#now - oldest.arrivesAt : 0;
  }

  get workerMinutes(): number {
    return this.#workers.reduce((sum, { startedAt }) => sum + this.#now - startedAt, this.#pastMs) / 60_000;
  }

  get reading(): Reading {
    const workers = this.#workers.filter(({ isReady }) => isReady);
    return {
      at: this.#now,
      waiting: this.waiting,
      active: this.#running.count,
      oldestMs: this.waiting > 0 ? this.oldestMs : null,
      arrived: this.#arrived,
      finished: this.#finished,
      finishedMs: this.#finishedMs,
      workers: workers.map(({ id, busy, isDraining, startedAt }) => ({
        id,
        busy,
        slots: this.options.model.slots,
        draining: isDraining,
        startedAt,
      })),
    };
  }

  advance(until: number): void {
    for (let at = this.#nextEvent(); at <= until; at = this.#nextEvent()) {
      this.#now = at;
      if (at === this.#nextArrival()) this.#arrived++;
      else if (at === this.#starting[0]?.readyAt) this.#welcome();
      else this.#finish();
      this.#pickUp();
    }
    this.#now = until;
  }

  /** Starts workers, or lets some drain, until so many take jobs. */
  scaleTo(replicas: number): void {
    const { leaves, revives } = this.options.manners;
    const serving = this.#workers.filter(({ isDraining }) => !isDraining);
    let missing = replicas - serving.length;
    for (const worker of whoLeaves(serving, -missing, leaves)) this.#drain(worker);
    if (revives) for (const worker of this.#workers) if (worker.isDraining && missing-- > 0) this.#revive(worker);
    for (; missing > 0; missing--) this.#start();
    this.#pickUp();
  }

  #nextArrival(): number {
    return this.options.jobs[this.#arrived]?.arrivesAt ?? Number.POSITIVE_INFINITY;
  }

  #nextEvent(): number {
    return Math.min(this.#nextArrival(), this.#starting[0]?.readyAt ?? Number.POSITIVE_INFINITY, this.#running.nextEnd);
  }

  #start(): void {
    const startedAt = this.#now;
    const readyAt = startedAt + this.options.model.coldStart;
    const worker = { id: `w${++this.#started}`, startedAt, readyAt, isReady: false, isDraining: false, busy: 0 };
    this.#workers.push(worker);
    this.#starting.push(worker);
  }

  #welcome(): void {
    const worker = this.#starting.shift();
    if (!worker) return;
    worker.isReady = true;
    this.#free += this.options.model.slots;
  }

  #drain(worker: SimulatedWorker): void {
    worker.isDraining = true;
    if (worker.isReady) this.#free -= this.options.model.slots - worker.busy;
    else this.#starting.splice(this.#starting.indexOf(worker), 1);
    if (worker.busy === 0) this.#remove(worker);
  }

  #revive(worker: SimulatedWorker): void {
    worker.isDraining = false;
    this.#free += this.options.model.slots - worker.busy;
  }

  #remove(worker: SimulatedWorker): void {
    this.#workers.splice(this.#workers.indexOf(worker), 1);
    this.#pastMs += this.#now - worker.startedAt;
  }

  #finish(): void {
    const job = this.#running.takeNext();
    if (!job) return;
    this.#finished++;
    this.#finishedMs += job.runsMs;
    job.worker.busy--;
    if (!job.worker.isDraining) this.#free++;
    else if (job.worker.busy === 0) this.#remove(job.worker);
  }

  #pickUp(): void {
    while (this.#free > 0 && this.waiting > 0) {
      const job = this.options.jobs[this.#pickedUp];
      const worker = this.#nextFree();
      if (!job || !worker) throw new Error('a slot is counted as free that is not there');
      this.#pickedUp++;
      this.#free--;
      worker.busy++;
      this.#running.add({ endsAt: this.#now + job.runsMs, runsMs: job.runsMs, worker });
      this.options.onPickUp(this.#now - job.arrivesAt);
    }
  }

  #nextFree(): SimulatedWorker | undefined {
    for (let looked = 0; looked < this.#workers.length; looked++) {
      this.#turn = (this.#turn + 1) % this.#workers.length;
      const worker = this.#workers[this.#turn];
      if (worker?.isReady && !worker.isDraining && worker.busy < this.options.model.slots) return worker;
    }
    return undefined;
  }
}
