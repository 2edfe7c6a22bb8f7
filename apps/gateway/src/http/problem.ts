/**
 * Every problem this API answers with, by its stable code (RFC 9457). The code is also the last part of the problem's
 * `type`, a path that this gateway serves.
 */
export const PROBLEMS = {
  'malformed-json': { status: 400, title: 'The body is not JSON' },
  'invalid-utf8': { status: 400, title: 'The body is not UTF-8' },
  'json-too-deep': { status: 400, title: 'The JSON is nested too deeply' },
  'invalid-idempotency-key': { status: 400, title: 'The Idempotency-Key cannot be used' },
  'bad-request': { status: 400, title: 'The request cannot be understood' },
  unauthenticated: { status: 401, title: 'An API key is needed' },
  'missing-scope': { status: 403, title: 'The API key does not allow this' },
  'cross-site': { status: 403, title: 'The request comes from another site' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'job-not-found': { status: 404, title: 'There is no such job' },
  'flow-not-found': { status: 404, title: 'There is no such flow' },
  'unknown-job': { status: 404, title: 'There is no such job type' },
  'queue-not-found': { status: 404, title: 'There is no such queue' },
  'operation-not-found': { status: 404, title: 'There is no such operation' },
  'schedule-not-found': { status: 404, title: 'There is no such schedule' },
  'method-not-allowed': { status: 405, title: 'The path does not take this method' },
  'request-timeout': { status: 408, title: 'The request took too long to arrive' },
  'already-finished': { status: 409, title: 'The job has finished' },
  'not-retryable': { status: 409, title: 'The job cannot be retried' },
  'operation-finished': { status: 409, title: 'The operation has ended' },
  'run-in-progress': { status: 409, title: 'The last run of the schedule has not finished' },
  'idempotency-conflict': { status: 409, title: 'The Idempotency-Key stands for another submission' },
  'payload-too-large': { status: 413, title: 'The payload is too large' },
  'unsupported-media-type': { status: 415, title: 'The body must be application/json' },
  'invalid-request': { status: 422, title: 'The request does not fit its schema' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  'rate-limited': { status: 429, title: 'There were too many requests' },
  'too-many-streams': { status: 429, title: 'Too many event streams are open' },
  'backlog-full': { status: 429, title: 'The queue holds as many jobs as it may' },
  'too-many-operations': { status: 429, title: 'Too many operations run' },
  'memory-full': { status: 429, title: 'Redis is short of memory' },
  'internal-error': { status: 500, title: 'Something went wrong here' },
  unavailable: { status: 503, title: 'The queue is not available' },
  'outcome-unknown': { status: 503, title: 'The outcome is not known' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof PROBLEMS;

/** One wrong place: in the body (`pointer`, RFC 6901) or in the query (`parameter`). */
export interface ProblemEntry {
  readonly pointer?: string;
  readonly parameter?: string;
  readonly detail: string;
}

export interface ProblemDetails {
  readonly errors?: readonly ProblemEntry[];
  readonly jobId?: string;
}

export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    readonly details: ProblemDetails = {},
  ) {
    super(detail);
  }
}

/** The body of an answer. */
export function toProblemBody(problem: Problem, requestId: string) {
  const { status, title } = PROBLEMS[problem.code];
  return { type: `/problems/${problem.code}`, title, status, detail: problem.detail, code: problem.code, ...problem.details, requestId };
}

/** A JSON Pointer (RFC 6901) to where a zod issue was found, below `root`. */
export function toPointer(path: readonly PropertyKey[], root = ''): string {
  return root + path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
