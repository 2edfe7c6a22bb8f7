import type { JobData } from './job-data.js';
import type { NewJobOptions } from './job-options.js';
import type { StoredJob } from './job-record.js';
import type { JobQueue } from './queues.js';
import { isRefusal, wasNeverSent } from './redis-failure.js';

export interface NewJob {
  readonly name: string;
  readonly data: JobData;
  readonly opts: NewJobOptions;
}

/**
 * Adds jobs in one round trip, and tells of each what became of it: `addBulk` is a pipeline, not a transaction, and
 * rejects as a whole when one of its jobs is refused.
 * @returns in the order given: the stored job, or the error that it met
 */
export async function addBulk(queue: JobQueue, jobs: readonly NewJob[]): Promise<(StoredJob | Error)[]> {
  try {
    const stored = await add(queue, jobs);
    return jobs.map(({ opts }, index) =>
      stored[index]?.id === opts.jobId ? (stored[index] as StoredJob) : storedElsewhere(stored[index], opts.jobId),
    );
  } catch (error) {
    const reason = toError(error);
    const isSameForAll = jobs.length === 1 || wasNeverSent(reason) || !isRefusal(reason);
    return isSameForAll ? jobs.map(() => reason) : Promise.all(jobs.map(({ opts }) => findStored(queue, opts.jobId, reason)));
  }
}

/** One alone without BullMQ's pipeline, which costs more to make than the job in it. */
async function add(queue: JobQueue, jobs: readonly NewJob[]): Promise<(StoredJob | undefined)[]> {
  const [job, ...more] = jobs;
  return job && more.length === 0 ? [await queue.add(job.name, job.data, job.opts)] : queue.addBulk([...jobs]);
}

/** Redis has answered all of it, so what is not there now was refused. */
async function findStored(queue: JobQueue, id: string, refusal: Error): Promise<StoredJob | Error> {
  try {
    return (await queue.getJob(id)) ?? refusal;
  } catch (cause) {
    return new Error(`it cannot be found out whether ${id} is stored`, { cause });
  }
}

function storedElsewhere(job: StoredJob | undefined, id: string): Error {
  return new Error(`Redis stored the job as ${job?.id}, not as ${id}`);
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
