import type { LeasedQueueName } from '@dts/jobs';
import type { Lease, LeaseWorker } from './lease.js';

/** A worker that waits for jobs: until it has one, until its time is up, or until it goes away. */
export class Waiter {
  readonly leases: Lease[] = [];
  /** Resolves when it waits no more; rejects when nobody can tell whether there is a job. */
  readonly over: Promise<void>;
  private settle: { readonly resolve: () => void; readonly reject: (error: unknown) => void } = { resolve: noop, reject: noop };
  private readonly unasked: Set<LeasedQueueName>;
  private claims = 0;
  private closed = false;
  private ended = false;

  constructor(
    readonly worker: LeaseWorker,
    readonly queues: readonly LeasedQueueName[],
    private readonly max: number,
  ) {
    this.unasked = new Set(queues);
    this.over = new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
    });
    this.over.catch(noop); // told to whoever waits for it
  }

  get isOver(): boolean {
    return this.ended;
  }

  /** Leases that it could take beside those that are being fetched for it. */
  get free(): number {
    return this.ended || this.hasNothingToWaitFor ? 0 : this.max - this.leases.length - this.claims;
  }

  /** A job is to be fetched for it. */
  claim(): void {
    this.claims++;
  }

  /** What was fetched for it, if anything. */
  receive(lease?: Lease): void {
    this.claims--;
    if (lease) this.leases.push(lease);
  }

  /** A queue has no more to give now. */
  asked(queue: LeasedQueueName): void {
    this.unasked.delete(queue);
    this.look();
  }

  /** It waits no longer than for what is being fetched for it, whatever its queues have. */
  dismiss(): void {
    this.unasked.clear();
    this.close();
  }

  /** It waits no longer than until its queues have been asked. */
  close(): void {
    this.closed = true;
    this.look();
  }

  fail(error: unknown): void {
    this.ended = this.leases.length === 0;
    if (this.ended) this.settle.reject(error);
    else this.look();
  }

  /** It is over once it has something, or has nothing to wait for, and nothing is on its way. */
  look(): void {
    if (this.claims > 0) return;
    if (this.leases.length === 0 && !this.hasNothingToWaitFor) return;
    this.ended = true;
    this.settle.resolve();
  }

  private get hasNothingToWaitFor(): boolean {
    return this.closed && this.unasked.size === 0;
  }
}

function noop(): void {}
