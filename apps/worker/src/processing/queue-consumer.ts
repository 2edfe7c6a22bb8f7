import type { QueueName } from '@dts/jobs';
import type { EagerWorker } from './eager-worker.js';

/** Makes a worker that may run as many jobs as `slots` says at the time. */
export type CreateWorker = (slots: () => number) => EagerWorker;

/** Fetches and runs the jobs of one queue. It can be drained and started anew: the jobs that run meanwhile run on. */
export class QueueConsumer {
  /** None while it drains. */
  private worker: EagerWorker | undefined;
  /** They fetch nothing any more, hold the locks of what they run, and go when that has ended. */
  private readonly retired = new Set<EagerWorker>();
  private closed = false;

  constructor(
    readonly queue: QueueName,
    readonly slots: number,
    private readonly create: CreateWorker,
    private readonly onError: (error: Error) => void,
  ) {
    this.worker = create(this.share);
  }

  get isRunning(): boolean {
    return this.worker?.isRunning() ?? false;
  }

  /** It fetches nothing, and nothing runs. */
  get isDrained(): boolean {
    return this.worker === undefined && this.retired.size === 0;
  }

  /** Jobs that have been fetched and have not ended. */
  get inFlight(): number {
    return this.all.reduce((sum, { inFlight }) => sum + inFlight, 0);
  }

  get freeSlots(): number {
    return this.slots - this.inFlight;
  }

  get fetchedAt(): number {
    return this.worker?.fetchedAt ?? 0;
  }

  start(): void {
    this.worker?.run().catch(this.onError);
  }

  restart(): void {
    this.drain();
    this.resume();
  }

  /** Fetches nothing more until it is resumed. */
  drain(): void {
    const { worker } = this;
    if (!worker || this.closed) return;
    this.worker = undefined;
    this.retired.add(worker);
    worker
      .close()
      .catch(this.onError)
      .finally(() => this.retired.delete(worker));
  }

  resume(): void {
    if (this.worker || this.closed) return;
    this.worker = this.create(this.share);
    this.start();
  }

  /** Fetches nothing more; resolves when what runs has ended. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(this.all.map((worker) => worker.close()));
  }

  cancel(id: string, reason: string): boolean {
    return this.all.some((worker) => worker.cancelJob(id, reason));
  }

  /** Tells everything that runs to stop. */
  cancelAll(reason: string): void {
    for (const worker of this.all) worker.cancelAllJobs(reason);
  }

  private get all(): EagerWorker[] {
    return [...(this.worker ? [this.worker] : []), ...this.retired];
  }

  /** What the worker may run beside those before it. */
  private readonly share = (): number => [...this.retired].reduce((left, { inFlight }) => left - inFlight, this.slots);
}
