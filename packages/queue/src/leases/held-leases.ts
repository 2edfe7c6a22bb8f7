import type { WorkerJob } from '../attempts/worker-job.js';
import type { RedisClient } from '../connection.js';
import { extend, type Pulse } from './extension.js';
import { GivenJobs } from './given-jobs.js';
import type { Lease } from './lease.js';
import { leaseLost, toLeaseError } from './lease-lost.js';
import { decodeLeaseToken, type LeaseToken } from './lease-token.js';
import type { LeasedQueue } from './leased-queue.js';

/** A job, and the token of its lock. */
export interface Held {
  readonly job: WorkerJob;
  readonly secret: string;
}

/** Leases by their tokens, whoever gave them out. */
export class HeldLeases {
  private readonly given = new GivenJobs();

  constructor(
    private readonly queues: ReadonlyMap<string, LeasedQueue>,
    private readonly redis: RedisClient,
  ) {}

  /** All of a queue in one step. @returns in the order given */
  async extend(tokens: readonly string[]): Promise<Pulse[]> {
    const leases = tokens.map(decodeLeaseToken);
    const pulses = new Map<LeaseToken, Pulse>();
    for (const [name, queue] of this.queues) {
      const own = leases.filter((lease): lease is LeaseToken => lease?.queue === name);
      const found = await toLeaseError(extend(this.redis, queue.keyOf(''), own, queue.leaseMs));
      for (const [index, lease] of own.entries()) pulses.set(lease, found[index] as Pulse);
    }
    return leases.map((lease) => (lease && pulses.get(lease)) ?? { state: 'lost' });
  }

  /** The job of a lease that holds, and is extended. @throws QueueError `lease-lost` */
  async hold(token: string): Promise<Held> {
    const [pulse] = await this.extend([token]);
    if (pulse?.state === 'lost') throw leaseLost();
    return this.read(token);
  }

  /** The job of a lease that may have ended: only the token tells. @throws QueueError `lease-lost` where it must have */
  async read(token: string): Promise<Held> {
    const { queue, jobId, secret } = this.locate(token);
    const job = await toLeaseError(queue.read(jobId));
    if (!job) throw leaseLost();
    return { job, secret };
  }

  /** What this process has given out is not read again to complete it. */
  remember(lease: Lease): void {
    this.given.add(lease);
  }

  /** As `read`, of a lease that this process has given out as it was then. @throws QueueError `lease-lost` */
  async recall(token: string): Promise<Held> {
    const job = this.given.take(token);
    return job ? { job, secret: this.locate(token).secret } : this.read(token);
  }

  /** The id of the worker that has the job. */
  async workerOf(token: string): Promise<string | null> {
    const { queue, jobId } = this.locate(token);
    return toLeaseError(this.redis.hget(queue.keyOf(jobId), 'pb'));
  }

  private locate(token: string): { readonly queue: LeasedQueue; readonly jobId: string; readonly secret: string } {
    const lease = decodeLeaseToken(token);
    const queue = lease && this.queues.get(lease.queue);
    if (!lease || !queue) throw leaseLost();
    return { queue, jobId: lease.jobId, secret: lease.secret };
  }
}
