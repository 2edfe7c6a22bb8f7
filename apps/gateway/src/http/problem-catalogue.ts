interface ProblemKind {
  readonly status: number;
  readonly title: string;
  /** What whoever meets it can do, for the documentation. */
  readonly remedy: string;
}

/**
 * Every problem this API answers with, by its stable code (RFC 9457). The code is also the last part of the problem's
 * `type`, a path that this gateway serves.
 */
export const PROBLEMS = {
  'malformed-json': {
    status: 400,
    title: 'The body is not JSON',
    remedy: 'Send JSON; `detail` says where it breaks off',
  },
  'invalid-utf8': {
    status: 400,
    title: 'The body is not UTF-8',
    remedy: 'Send the body as UTF-8',
  },
  'json-too-deep': {
    status: 400,
    title: 'The JSON is nested too deeply',
    remedy: 'Nest arrays and objects no deeper than 64',
  },
  'invalid-idempotency-key': {
    status: 400,
    title: 'The Idempotency-Key cannot be used',
    remedy: 'Use 1 to 255 visible ASCII characters, such as a UUID; in a batch, give each job its own',
  },
  'bad-request': {
    status: 400,
    title: 'The request cannot be understood',
    remedy: 'Send valid HTTP/1.1, with a URL whose escapes are complete',
  },
  unauthenticated: {
    status: 401,
    title: 'An API key is needed',
    remedy: 'Send `Authorization: Bearer <key>` with a key that this gateway knows',
  },
  'missing-scope': {
    status: 403,
    title: 'The API key does not allow this',
    remedy: 'Use a key with the scope that `detail` names',
  },
  'cross-site': {
    status: 403,
    title: 'The request comes from another site',
    remedy: 'Make the change from a page of this gateway',
  },
  'not-found': {
    status: 404,
    title: 'There is nothing here',
    remedy: 'Look up the path in `/docs`',
  },
  'job-not-found': {
    status: 404,
    title: 'There is no such job',
    remedy: 'Check the id; ended jobs are kept for a while only, and those of other tenants are not shown',
  },
  'flow-not-found': {
    status: 404,
    title: 'There is no such flow',
    remedy: "Check the id: it is that of the flow's root",
  },
  'unknown-job': {
    status: 404,
    title: 'There is no such job type',
    remedy: 'Use one of the job types that `detail` names',
  },
  'queue-not-found': {
    status: 404,
    title: 'There is no such queue',
    remedy: 'Use one of the queues that `detail` names',
  },
  'operation-not-found': {
    status: 404,
    title: 'There is no such operation',
    remedy: 'Check the id: operations are kept for a week after their end',
  },
  'schedule-not-found': {
    status: 404,
    title: 'There is no such schedule',
    remedy: 'Check the id, and whose it is: operators say so with `?tenant=`',
  },
  'method-not-allowed': {
    status: 405,
    title: 'The path does not take this method',
    remedy: 'Use one of the methods in `Allow`',
  },
  'request-timeout': {
    status: 408,
    title: 'The request took too long to arrive',
    remedy: 'Send the request faster: headers within 10 seconds, all of it within 30',
  },
  'already-finished': {
    status: 409,
    title: 'The job has finished',
    remedy: 'Nothing is left to do; a job that did not succeed can be retried',
  },
  'not-retryable': {
    status: 409,
    title: 'The job cannot be retried',
    remedy: 'Retry jobs that are dead, cancelled or expired; of a flow, the children that failed first',
  },
  'operation-finished': {
    status: 409,
    title: 'The operation has ended',
    remedy: 'Nothing is left to do',
  },
  'run-in-progress': {
    status: 409,
    title: 'The last run of the schedule has not finished',
    remedy: 'Wait for the end of that run, or let the schedule overlap',
  },
  'lease-lost': {
    status: 409,
    title: 'The lease has ended',
    remedy: 'Stop the work and report nothing: the job is ended, or is with another worker',
  },
  'idempotency-conflict': {
    status: 409,
    title: 'The Idempotency-Key stands for another submission',
    remedy: 'Use another key for another submission, or send the same as the first time',
  },
  'payload-too-large': {
    status: 413,
    title: 'The payload is too large',
    remedy: 'Store the data and submit its URL: a payload may have 256 KiB, a batch or a flow 8 MiB',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The body must be application/json',
    remedy: 'Send `Content-Type: application/json`, and no `Content-Encoding`',
  },
  'invalid-request': {
    status: 422,
    title: 'The request does not fit its schema',
    remedy: 'Mend each place that `errors` points at',
  },
  'headers-too-large': {
    status: 431,
    title: 'The headers are too large',
    remedy: 'Send no more than 16 KiB of headers',
  },
  'rate-limited': {
    status: 429,
    title: 'There were too many requests',
    remedy: 'Send fewer requests; come back after `Retry-After`',
  },
  'too-many-streams': {
    status: 429,
    title: 'Too many event streams are open',
    remedy: 'Close event streams, or read jobs with `?wait=`',
  },
  'backlog-full': {
    status: 429,
    title: 'The queue holds as many jobs as it may',
    remedy: 'Come back after `Retry-After`, when jobs have been worked off',
  },
  'too-many-operations': {
    status: 429,
    title: 'Too many operations run',
    remedy: 'Wait until one of them has ended, or cancel one',
  },
  'memory-full': {
    status: 429,
    title: 'Redis is short of memory',
    remedy: 'Come back after `Retry-After`; operators make room in Redis',
  },
  'internal-error': {
    status: 500,
    title: 'Something went wrong here',
    remedy: 'Report `requestId` to the operators; repeating with the same Idempotency-Key is safe',
  },
  unavailable: {
    status: 503,
    title: 'The queue is not available',
    remedy: 'Repeat after `Retry-After`',
  },
  'outcome-unknown': {
    status: 503,
    title: 'The outcome is not known',
    remedy: 'Repeat with the same Idempotency-Key after `Retry-After`, which is safe; without a key it may be done twice',
  },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof PROBLEMS;
