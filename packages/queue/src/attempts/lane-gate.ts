import type { QueueName } from '@dts/jobs';
import { DelayedError } from 'bullmq';
import type { RedisClient } from '../connection.js';
import { Ranking } from '../fairness/ranking.js';
import { type LaneJob, Lanes } from '../lanes/lanes.js';
import { PARKED_MS } from '../lanes/parked.js';
import { TENANT_LIMITS } from '../lanes/tenant-limits.js';
import { Loop } from '../loop.js';
import type { WorkerJob } from './worker-job.js';

/** Milliseconds between two looks at which tenants have limits, and at the lanes: how late a new limit is heeded here. */
const LOOK_MS = 1_000;

/** Milliseconds before a Redis that refused to say is asked again for the same job. */
const REFUSED_PAUSE_MS = 1_000;

/**
 * Lets only those jobs start whose turn it is in their lanes, however they came to be fetched: a job whose delay is over, one that
 * an operator promoted, one of a tenant whose limit was lowered in the meantime. Jobs without lanes cost nothing here.
 */
export class LaneGate {
  private readonly lanes: Lanes;
  private readonly ranking: Ranking;
  /** Tenants that have limits, by queue; of a queue of which nothing is known yet, all may have. */
  private readonly limited = new Map<QueueName, ReadonlySet<string>>();
  private readonly leaving = new Set<Promise<void>>();
  private readonly loop = new Loop(() => this.look());

  constructor(
    private readonly redis: RedisClient,
    private readonly prefix: string,
    private readonly queues: readonly QueueName[],
  ) {
    this.lanes = new Lanes(redis, prefix);
    this.ranking = new Ranking(redis, prefix);
  }

  start(): void {
    this.loop.start();
  }

  /** Resolves when the jobs that ended here have left their lanes. */
  async stop(): Promise<void> {
    void this.loop.stop();
    await Promise.all(this.leaving);
  }

  /** Returns when the job may start. Else it is put where it belongs, no attempt used up, and what BullMQ is to be told is thrown. */
  async admit(job: WorkerJob, token: string): Promise<void> {
    if (!this.hasLanes(job)) return;
    if (await this.mayStart(job, token)) return;
    await job.moveToDelayed(Date.now() + PARKED_MS, token);
    this.track(this.lanes.advance(queueOf(job), [toLaneJob(job)]), queueOf(job));
    throw new DelayedError();
  }

  /** An attempt of the job has ended. Nobody waits for it: should it fail, gateways find that the job has gone. */
  leave(job: WorkerJob): void {
    if (this.hasLanes(job)) this.track(this.lanes.leave(queueOf(job), toLaneJob(job), job.finishedOn !== undefined), queueOf(job));
  }

  private async mayStart(job: WorkerJob, token: string): Promise<boolean> {
    try {
      return await this.lanes.enter(queueOf(job), toLaneJob(job));
    } catch {
      await job.moveToDelayed(Date.now() + REFUSED_PAUSE_MS, token);
      throw new DelayedError();
    }
  }

  private hasLanes(job: WorkerJob): boolean {
    if (orderingKeyOf(job) !== undefined) return true;
    return this.limited.get(queueOf(job))?.has(job.data.tenant) ?? true;
  }

  private track(work: Promise<void>, queue: QueueName): void {
    const done = work.then(
      () => this.ranking.rankSoon(queue),
      () => undefined,
    );
    this.leaving.add(done);
    void done.finally(() => this.leaving.delete(done));
  }

  private async look(): Promise<number> {
    for (const queue of this.queues) await this.lookAt(queue).catch(() => undefined); // the next look comes soon
    return LOOK_MS;
  }

  /** Lanes are looked after here as well, more seldom than gateways do it: those may be away, and the work goes on. */
  private async lookAt(queue: QueueName): Promise<void> {
    this.limited.set(queue, new Set(await this.redis.hkeys(`${this.prefix}:${queue}:${TENANT_LIMITS}`)));
    await this.lanes.sweep(queue);
    await this.ranking.rank(queue);
  }
}

function queueOf(job: WorkerJob): QueueName {
  return job.queueName as QueueName;
}

function orderingKeyOf({ opts }: WorkerJob): string | undefined {
  return (opts as { readonly orderingKey?: string }).orderingKey;
}

function toLaneJob(job: WorkerJob): LaneJob {
  return { id: job.id ?? '', tenant: job.data.tenant, orderingKey: orderingKeyOf(job) };
}
