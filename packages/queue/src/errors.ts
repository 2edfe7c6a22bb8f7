import type { z } from 'zod';

/** What can go wrong at the queue, by stable code. The HTTP mapping stands in the gateway, once. */
export type QueueErrorCode =
  | 'unknown-job'
  | 'invalid-payload'
  | 'payload-too-large'
  | 'idempotency-conflict'
  | 'backlog-full'
  | 'memory-full'
  | 'job-not-found'
  | 'already-finished'
  | 'invalid-flow'
  | 'flow-not-found'
  | 'not-retryable'
  | 'operation-not-found'
  | 'operation-finished'
  | 'too-many-operations'
  | 'invalid-schedule'
  | 'schedule-not-found'
  | 'run-in-progress'
  | 'lease-lost'
  | 'unavailable'
  | 'outcome-unknown';

/** One wrong place in a payload, a flow or a schedule; the path leads to it from its root. */
export interface PayloadIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/**
 * An issue for each place: zod tells unknown members of an object in one, with the object's path, and hides what is
 * wrong with the name of a record's member one level deeper.
 */
export function toPayloadIssues(error: z.ZodError): PayloadIssue[] {
  return error.issues.flatMap((issue) => {
    const { path, message } = issue;
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: [...path, key], message: 'is not a member of this schema' }));
    }
    if (issue.code === 'invalid_key') return [{ path, message: issue.issues[0]?.message ?? message }];
    return [{ path, message: message.endsWith(', received undefined') ? 'is missing' : message }];
  });
}

export class QueueError extends Error {
  override readonly name = 'QueueError';
  readonly issues: readonly PayloadIssue[];
  /** The id that the job has, or will have when the submission is repeated with the same key. */
  readonly jobId?: string;

  constructor(
    readonly code: QueueErrorCode,
    message: string,
    details: ErrorOptions & { issues?: readonly PayloadIssue[]; jobId?: string } = {},
  ) {
    super(message, details);
    this.issues = details.issues ?? [];
    this.jobId = details.jobId;
  }
}
