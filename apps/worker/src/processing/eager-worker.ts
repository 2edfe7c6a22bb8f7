import type { JobData } from '@dts/queue';
import { type Processor, Worker, type WorkerOptions } from 'bullmq';
import type { WorkerJob } from './worker-job.js';

/**
 * Jobs that may be fetched but not started. More make the fetches of short jobs overlap better, fewer start sooner: each
 * costs a round trip to Redis before the first of them starts.
 */
const FETCHED_AHEAD = 10;

/**
 * BullMQ's worker, without its habit of fetching as many jobs as it may run, one after the other, before it starts the
 * first: with a backlog and 500 slots that is half a second in which 500 jobs are held and none runs. So it is only ever
 * allowed a few more than it runs already.
 */
export class EagerWorker extends Worker<JobData, unknown, string> {
  private readonly slots: number;
  private inFlight = 0;

  constructor(queue: string, process: URL | Processor<JobData, unknown, string>, options: WorkerOptions) {
    super(queue, process, options);
    this.slots = options.concurrency ?? 1;
    this.allow();
  }

  override async processJob(job: WorkerJob, token: string, fetchNext?: () => boolean): Promise<WorkerJob | undefined> {
    this.inFlight++;
    this.allow();
    try {
      return (await super.processJob(job, token, fetchNext)) ?? undefined;
    } finally {
      this.inFlight--;
      this.allow();
    }
  }

  private allow(): void {
    this.concurrency = Math.min(this.slots, this.inFlight + FETCHED_AHEAD);
  }
}
