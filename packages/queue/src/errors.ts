/** What can go wrong at the queue, by stable code. The HTTP mapping stands in the gateway, once. */
export type QueueErrorCode =
  | 'unknown-job'
  | 'invalid-payload'
  | 'payload-too-large'
  | 'idempotency-conflict'
  | 'job-not-found'
  | 'unavailable'
  | 'outcome-unknown';

/** One wrong place in a payload; the path leads to it from the payload's root. */
export interface PayloadIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
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
