import type { JobData } from '@dts/queue';
import type { Job } from 'bullmq';

/** A job as a worker holds it. */
export type WorkerJob = Job<JobData, unknown, string>;
