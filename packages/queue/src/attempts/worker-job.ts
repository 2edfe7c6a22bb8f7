import type { Job } from 'bullmq';
import type { JobData } from '../job-data.js';

/** A job as a worker holds it. */
export type WorkerJob = Job<JobData, unknown, string>;

/** Where it is in Redis. */
export function keyOf(job: WorkerJob): string {
  return `${job.queueQualifiedName}:${job.id}`;
}
