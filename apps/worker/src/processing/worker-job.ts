import type { JobData } from '@dts/queue';
import type { Job } from 'bullmq';

/** A job as a worker holds it. */
export type WorkerJob = Job<JobData, unknown, string>;

/** Whether it is dead when the attempt that runs fails. */
export function isLastAttempt({ attemptsMade, opts }: WorkerJob): boolean {
  return attemptsMade + 1 >= (opts.attempts ?? 1);
}

/** Where it is in Redis. */
export function keyOf(job: WorkerJob): string {
  return `${job.queueQualifiedName}:${job.id}`;
}
