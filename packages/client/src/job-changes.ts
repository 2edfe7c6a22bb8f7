import { type Job, jobPath } from './job.js';
import { SchedulerError } from './scheduler-error.js';
import type { CallOptions, Transport } from './transport.js';

/** @throws SchedulerError `already-finished`, `job-not-found` */
export async function cancelJob(transport: Transport, id: string, options: CallOptions): Promise<Job> {
  return (await transport.call({ method: 'DELETE', path: jobPath(id), ...options })).body as Job;
}

/** @throws SchedulerError `not-retryable`, `job-not-found` */
export function retryJob(transport: Transport, id: string, options: CallOptions): Promise<Job> {
  return changeOnce(transport, id, { verb: 'retry', tooLate: 'not-retryable' }, options);
}

/** @throws SchedulerError `already-finished`, `job-not-found` */
export function promoteJob(transport: Transport, id: string, options: CallOptions): Promise<Job> {
  return changeOnce(transport, id, { verb: 'promote', tooLate: 'already-finished' }, options);
}

/** When an answer was lost, the repetition may find the change made, and be told that it is too late for it: the job then says how it is. */
async function changeOnce(
  transport: Transport,
  id: string,
  { verb, tooLate }: { readonly verb: string; readonly tooLate: string },
  options: CallOptions,
): Promise<Job> {
  let repeated = false;
  const onRetry: CallOptions['onRetry'] = (retry) => {
    repeated = true;
    options.onRetry?.(retry);
  };
  try {
    return (await transport.call({ method: 'POST', path: `${jobPath(id)}:${verb}`, ...options, onRetry })).body as Job;
  } catch (error) {
    if (!repeated || !(error instanceof SchedulerError) || error.code !== tooLate) throw error;
    return (await transport.call({ method: 'GET', path: jobPath(id), ...options })).body as Job;
  }
}
