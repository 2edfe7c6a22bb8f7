import type { JobName, PayloadInputOf } from '@dts/jobs';
import type { Job, SubmittedJob } from './job.js';
import { checkIdempotencyKey, type JobOptions, randomKey } from './job-options.js';
import { SchedulerError } from './scheduler-error.js';
import type { CallOptions, Transport } from './transport.js';

export interface SubmitOptions extends CallOptions, JobOptions {}

/** @throws SchedulerError with the key to go on with, the reason of the caller's signal, TypeError for a key that can't be sent */
export async function submitJob<Name extends JobName>(
  transport: Transport,
  name: Name,
  payload: PayloadInputOf<Name>,
  options: SubmitOptions,
): Promise<SubmittedJob<Name>> {
  const { idempotencyKey = randomKey(), signal, onRetry, ...rest } = options;
  const headers = { 'idempotency-key': idempotencyKey };
  checkIdempotencyKey(idempotencyKey);
  try {
    const body = { name, payload, ...rest };
    const answer = await transport.call({ method: 'POST', path: '/v1/jobs', headers, body, signal, onRetry });
    return { ...(answer.body as Job<Name>), replayed: answer.status === 200 };
  } catch (error) {
    if (error instanceof SchedulerError) error.idempotencyKey = idempotencyKey;
    throw error;
  }
}
