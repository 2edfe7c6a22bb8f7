import { Job } from 'bullmq';
import type { JobData } from './job-data.js';
import type { StoredJob } from './job-record.js';
import type { JobQueue } from './queues.js';

/** The fields of a job's hash, as Redis has them. */
export type JobHash = Readonly<Record<string, string>>;

const whole = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number.parseInt(text, 10));

/** A job from its hash, as `queue.getJob` gives it, for those who read hashes in scripts of their own: BullMQ keeps its reader to itself. */
export function toStoredJob(queue: JobQueue, id: string, hash: JobHash): StoredJob {
  return Job.fromJSON<JobData, unknown>(
    queue,
    {
      id,
      name: hash.name ?? '',
      data: hash.data ?? '{}',
      opts: Job.optsFromJSON(hash.opts),
      progress: JSON.parse(hash.progress ?? '0'),
      delay: whole(hash.delay) ?? 0,
      priority: whole(hash.priority) ?? 0,
      timestamp: whole(hash.timestamp) ?? 0,
      attemptsStarted: whole(hash.ats) ?? 0,
      attemptsMade: whole(hash.atm) ?? 0,
      stalledCounter: whole(hash.stc) ?? 0,
      finishedOn: whole(hash.finishedOn),
      processedOn: whole(hash.processedOn),
      failedReason: hash.failedReason ?? '',
      deferredFailure: hash.defa ?? '',
      stacktrace: hash.stacktrace ?? '',
      returnvalue: hash.returnvalue ?? 'null',
      parentKey: hash.parentKey,
      parent: hash.parent === undefined ? undefined : JSON.parse(hash.parent),
      processedBy: hash.pb,
    },
    id,
  );
}
