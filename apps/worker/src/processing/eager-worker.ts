import { setTimeout as delay } from 'node:timers/promises';
import type { JobData, WorkerJob } from '@dts/queue';
import { type Processor, Worker, type WorkerOptions } from 'bullmq';

/**
 * Jobs that may be fetched but not started. More make the fetches of short jobs overlap better, fewer start sooner: each
 * costs a round trip to Redis before the first of them starts.
 */
const FETCHED_AHEAD = 10;

/** Milliseconds before Redis is asked again after it refused. BullMQ would ask at once: a full Redis thousands of times a second. */
const REFUSED_PAUSE_MS = 250;

/**
 * BullMQ's worker, without its habit of fetching as many jobs as it may run, one after the other, before it starts the
 * first: with a backlog and 500 slots that is half a second in which 500 jobs are held and none runs. So it is only ever
 * allowed a few more than it runs already.
 */
export class EagerWorker extends Worker<JobData, unknown, string> {
  /** When it last fetched a job, by `performance.now()`; 0 before its first. */
  fetchedAt = 0;
  private started = 0;

  /** @param slots how many jobs it may run, asked whenever one starts or ends */
  constructor(
    queue: string,
    process: Processor<JobData, unknown, string>,
    options: WorkerOptions,
    private readonly slots: () => number,
  ) {
    super(queue, process, options);
    this.on('active', () => {
      this.fetchedAt = performance.now();
    });
    this.allow();
  }

  /** Jobs that it runs. */
  get inFlight(): number {
    return this.started;
  }

  override async processJob(job: WorkerJob, token: string, fetchNext?: () => boolean): Promise<WorkerJob | undefined> {
    this.started++;
    this.allow();
    try {
      return (await super.processJob(job, token, fetchNext)) ?? undefined;
    } finally {
      this.started--;
      this.allow();
    }
  }

  protected override async moveToActive(token: string, name?: string): Promise<WorkerJob> {
    try {
      return await super.moveToActive(token, name);
    } catch (error) {
      await delay(REFUSED_PAUSE_MS);
      throw error;
    }
  }

  private allow(): void {
    this.concurrency = Math.max(1, Math.min(this.slots(), this.inFlight + FETCHED_AHEAD));
  }
}
