import { type JobRecord, QueueError } from '@dts/queue';
import { type ApiKey, isOperator } from '../http/api-keys.js';
import { requireScope } from '../http/authenticate.js';

/** A job of another tenant is not there: that it exists is the other tenant's to know. */
export function visibleTo(caller: ApiKey, job: JobRecord): JobRecord {
  if (job.tenant === caller.tenant || isOperator(caller)) return job;
  throw new QueueError('job-not-found', `There is no job ${JSON.stringify(job.id)}; finished jobs are kept for a limited time.`);
}

/** @throws QueueError `job-not-found` for a job that the caller must not know, Problem `missing-scope` for one it may only see */
export function checkMayChange(caller: ApiKey, job: JobRecord): JobRecord {
  if (visibleTo(caller, job).tenant !== caller.tenant) requireScope(caller, 'ops:write');
  return job;
}
