import { findJobDefinition, JOB_NAMES, type JobDefinition } from '@dts/jobs';
import { QueueError, toPayloadIssues } from './errors.js';
import type { Claim } from './idempotency.js';
import type { JobData } from './job-data.js';
import { jobIdFor } from './job-id.js';
import type { SubmitOptions } from './job-options.js';
import { type JobRecord, toFailedState } from './job-record.js';

/** 256 KiB: what does not fit belongs in an object store, with its URL in the payload. */
export const MAX_PAYLOAD_BYTES = 256 * 1024;

export interface Submission {
  readonly name: string;
  readonly payload: unknown;
  readonly options: SubmitOptions;
  readonly tenant: string;
  /** Makes a repeated submission safe for 24 h. */
  readonly idempotencyKey?: string;
  /** Kept with the job, so that what becomes of it can be told from the logs. */
  readonly requestId?: string;
}

export interface Submitted {
  /** `replayed`: the key was known, and this is the job it stands for. */
  readonly outcome: 'created' | 'replayed';
  readonly job: JobRecord;
}

/** A submission that has passed all checks, on its way into one queue. */
export interface Accepted {
  readonly id: string;
  readonly definition: JobDefinition;
  readonly submission: Submission;
  /** Of the payload. */
  readonly bytes: number;
}

/** @throws QueueError `unknown-job`, `invalid-payload`, `payload-too-large` */
export function acceptSubmission(submission: Submission): Accepted {
  const { name, payload, tenant, idempotencyKey } = submission;
  const definition = findJobDefinition(name);
  if (!definition) throw new QueueError('unknown-job', `There is no job type ${JSON.stringify(name)}. Known: ${JOB_NAMES.join(', ')}.`);
  const parsed = definition.payload.safeParse(payload);
  if (!parsed.success) {
    throw new QueueError('invalid-payload', `The payload does not fit ${name}.`, { issues: toPayloadIssues(parsed.error) });
  }
  const bytes = Buffer.byteLength(JSON.stringify(payload));
  if (bytes > MAX_PAYLOAD_BYTES) {
    throw new QueueError(
      'payload-too-large',
      `The payload has ${bytes} bytes, ${MAX_PAYLOAD_BYTES} are allowed: store the data and submit its URL.`,
    );
  }
  return { id: jobIdFor(definition.queue, tenant, idempotencyKey), definition, submission, bytes };
}

export function toJobData({ payload, tenant, options, requestId }: Submission, print?: string): JobData {
  return {
    payload,
    tenant,
    ...(options.tags?.length && { tags: options.tags }),
    ...(options.timeout && { timeout: options.timeout }),
    ...(options.startBy !== undefined && { startBy: options.startBy }),
    ...(requestId && { requestId }),
    ...(print && { fingerprint: print }),
  };
}

/** The job has ended and is no longer kept: all that is left is what its key remembers. */
export function toForgottenRecord(claim: Claim, submission: Submission): JobRecord {
  return {
    id: claim.id,
    name: claim.name,
    queue: claim.queue,
    tenant: submission.tenant,
    state: claim.end ? toFailedState(claim.end.error) : 'completed',
    payload: submission.payload,
    tags: submission.options.tags ?? [],
    priority: submission.options.priority ?? 1,
    orderingKey: submission.options.orderingKey ?? null,
    parentId: null,
    flowId: null,
    submittedAt: claim.submittedAt,
    startedAt: null,
    finishedAt: claim.end?.finishedAt ?? null,
    attemptsMade: 0,
    attemptsMax: submission.options.attempts ?? 1,
    attempts: [],
    redrives: 0,
    progress: 0,
    result: null,
    error: claim.end?.error ?? null,
  };
}
