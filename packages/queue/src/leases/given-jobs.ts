import type { WorkerJob } from '../attempts/worker-job.js';
import type { Lease } from './lease.js';

/** Jobs that are remembered: what was given out longest ago is read from Redis when it ends. */
const MOST = 10_000;

/**
 * Jobs that this process has given out, so that it need not read one to complete it: all that its end asks of it was the same when it
 * was fetched, and whether the lease holds is the script's to say. Without their payloads, which may be large.
 */
export class GivenJobs {
  private readonly jobs = new Map<string, WorkerJob>();

  /** To be called when the worker has been told all. */
  add({ token, job }: Lease): void {
    job.data = { ...job.data, payload: undefined };
    this.jobs.set(token, job);
    if (this.jobs.size <= MOST) return;
    const [oldest] = this.jobs.keys();
    this.jobs.delete(oldest as string);
  }

  /** It is given once: a second call for the lease is looked into. */
  take(token: string): WorkerJob | undefined {
    const job = this.jobs.get(token);
    this.jobs.delete(token);
    return job;
  }
}
