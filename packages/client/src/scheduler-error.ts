/** One wrong place of a request: in the body (`pointer`, RFC 6901) or in the query (`parameter`). */
export interface ProblemEntry {
  readonly pointer?: string;
  readonly parameter?: string;
  readonly detail: string;
}

export interface SchedulerErrorDetails {
  /** The HTTP status; 0 when there was no answer. */
  readonly status: number;
  /**
   * The gateway's problem code, or one of the client's own: `network` (no answer), `timeout` (none in time),
   * `wait-timeout` (the job has not finished in time), `bad-answer` (not what a gateway says).
   */
  readonly code: string;
  /** What kind of problem it is, for people; only the gateway's have one. */
  readonly title?: string;
  /** What was wrong and what to do, for people. */
  readonly detail: string;
  readonly errors?: readonly ProblemEntry[];
  /** Names the request in the gateway's log. */
  readonly requestId?: string;
  /** The id that the job has if it was stored, when the gateway can't tell whether it was. */
  readonly jobId?: string;
  /** Milliseconds after which the gateway wants to be asked again. */
  readonly retryAfterMs?: number;
}

/** Everything that can go wrong with a request, apart from an abort by the caller, who gets their own reason back. */
export class SchedulerError extends Error implements SchedulerErrorDetails {
  override readonly name = 'SchedulerError';
  readonly status: number;
  readonly code: string;
  readonly title?: string;
  readonly detail: string;
  readonly errors: readonly ProblemEntry[];
  readonly requestId?: string;
  readonly jobId?: string;
  readonly retryAfterMs?: number;
  /** Of a submission. Submitting again with this key can't make a second job. */
  idempotencyKey?: string;

  constructor(details: SchedulerErrorDetails, options?: ErrorOptions) {
    super(details.detail, options);
    this.status = details.status;
    this.code = details.code;
    this.title = details.title;
    this.detail = details.detail;
    this.errors = details.errors ?? [];
    this.requestId = details.requestId;
    this.jobId = details.jobId;
    this.retryAfterMs = details.retryAfterMs;
  }

  /** Whether the same request may do better later: no answer, 429, 502, 503 or 504. */
  get isTransient(): boolean {
    return this.code === 'network' || this.code === 'timeout' || [429, 502, 503, 504].includes(this.status);
  }
}
