import type { QueueName } from '@dts/jobs';
import type { JobRecord } from '../job-record.js';

/** Which dead jobs are meant; a member that is absent lets all pass. */
export interface DeadLetterFilter {
  readonly tenant?: string;
  readonly queue?: QueueName;
  readonly name?: string;
  /** The code of the error that the job died of. */
  readonly reason?: string;
  readonly tag?: string;
  /** Unix milliseconds; died then or later. */
  readonly since?: number;
  /** Unix milliseconds; died before. */
  readonly until?: number;
}

/** Times and the queue are not looked at: they say where to read. */
export function matchesFilter(job: JobRecord, { tenant, name, reason, tag }: DeadLetterFilter): boolean {
  if (job.state !== 'dead') return false;
  if (tenant !== undefined && job.tenant !== tenant) return false;
  if (name !== undefined && job.name !== name) return false;
  if (reason !== undefined && job.error?.code !== reason) return false;
  return tag === undefined || job.tags.includes(tag);
}
