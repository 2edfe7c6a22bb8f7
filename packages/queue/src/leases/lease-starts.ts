import { FinalError } from '@dts/jobs';
import { DelayedError, WaitingChildrenError } from 'bullmq';
import type { LaneGate } from '../attempts/lane-gate.js';
import { classifyThrown } from '../attempts/outcome.js';
import { type Preparation, timeoutOf } from '../attempts/preparation.js';
import type { WorkerJob } from '../attempts/worker-job.js';
import type { RedisClient } from '../connection.js';
import { DEADLINE } from './extension.js';
import type { Lease } from './lease.js';
import { encodeLeaseToken } from './lease-token.js';
import type { FetchedJob, LeasedQueue } from './leased-queue.js';
import { isSuspect, type Quarantining } from './quarantining.js';
import type { Settlements } from './settlements.js';
import type { Waiter } from './waiter.js';
import type { Empty, JobSource } from './waiting-line.js';

/** From a fetched job to a lease, by the rules of an attempt: what may not start ends, or waits, here, and nobody is given it. */
export class LeaseStarts implements JobSource {
  constructor(
    private readonly queue: LeasedQueue,
    private readonly redis: RedisClient,
    private readonly gate: LaneGate,
    private readonly preparation: Preparation,
    private readonly quarantining: Quarantining,
    private readonly settlements: Settlements,
  ) {}

  async take(waiter: Waiter): Promise<Empty> {
    if (waiter.free <= 0) return undefined; // another of its queues was quicker
    waiter.claim();
    let lease: Lease | undefined;
    try {
      const fetched = await this.queue.fetch(waiter.worker.id);
      if (fetched.job) lease = await this.start(fetched);
      return fetched.empty;
    } finally {
      waiter.receive(lease);
    }
  }

  wait(): Promise<boolean> {
    return this.queue.wait();
  }

  passOn(): Promise<void> {
    return this.queue.passOn();
  }

  private async start({ job, secret, size }: FetchedJob): Promise<Lease | undefined> {
    if (job.deferredFailure) {
      await this.settlements.bury(job, secret, job.deferredFailure);
      return undefined;
    }
    try {
      await this.gate.admit(job, secret);
      const payload = await this.prepare(job, secret);
      const quarantine = isSuspect(await this.quarantining.begin(job));
      return { ...(await this.terms(job, secret)), secret, job, payload, size, quarantine };
    } catch (error) {
      if (error instanceof DelayedError || error instanceof WaitingChildrenError) return undefined; // put where it belongs
      if (!(error instanceof FinalError)) throw error;
      await this.settlements.fail(job, secret, classifyThrown(error));
      return undefined;
    }
  }

  private async prepare(job: WorkerJob, secret: string): Promise<unknown> {
    try {
      return (await this.preparation.prepare(job, secret)).payload;
    } catch (error) {
      if (error instanceof DelayedError) this.gate.leave(job);
      throw error;
    }
  }

  /** The token, and the times. */
  private async terms(job: WorkerJob, secret: string): Promise<Pick<Lease, 'token' | 'timeoutMs' | 'deadline' | 'expiresAt'>> {
    const startedAt = job.processedOn ?? Date.now();
    const timeoutMs = timeoutOf(job);
    const deadline = startedAt + timeoutMs;
    await this.redis.hset(this.queue.keyOf(job.id ?? ''), DEADLINE, deadline);
    const token = encodeLeaseToken({ jobId: job.id ?? '', secret });
    return { token, timeoutMs, deadline, expiresAt: startedAt + this.queue.leaseMs };
  }
}
