import type { JobName, PayloadInputOf } from '@dts/jobs';
import { AuditClient } from './audit.js';
import { sleep } from './backoff.js';
import { type BatchJob, type BatchResult, submitBatch } from './batch.js';
import { DeadLettersClient } from './dead-letters.js';
import { FlowsClient } from './flows.js';
import { isFinished, type Job, type JobType, type SubmittedJob } from './job.js';
import { checkIdempotencyKey, type JobOptions, VISIBLE_ASCII } from './job-options.js';
import { OperationsClient } from './operations.js';
import { QueuesClient } from './queues.js';
import { SchedulerError } from './scheduler-error.js';
import { SchedulesClient } from './schedules.js';
import { type CallOptions, Transport } from './transport.js';
import { WorkersClient } from './workers.js';

/** Seconds that one request waits for the end of a job. */
const LONG_POLL_S = 30;
/** Between two questions to a gateway that does not wait, such as one that is being stopped. */
const POLL_PAUSE_MS = 250;

export interface SchedulerClientOptions {
  /** The gateway's, such as `http://127.0.0.1:3000`. */
  readonly url: string;
  readonly apiKey: string;
  readonly fetch?: typeof fetch;
  /** Repetitions of one request after no answer, 429, 502, 503 or 504; 5 unless given. */
  readonly retries?: number;
  /** Milliseconds for one request with all its repetitions; 30,000 unless given. */
  readonly timeoutMs?: number;
}

export interface SubmitOptions extends CallOptions, JobOptions {}

export interface WaitOptions extends CallOptions {
  /** Milliseconds until the job must have finished; five minutes unless given. */
  readonly timeoutMs?: number;
}

/** Calls a gateway. Every method throws SchedulerError, or the reason of the signal that it was given; a TypeError for what can't be sent. */
export class SchedulerClient {
  readonly flows: FlowsClient;
  readonly schedules: SchedulesClient;
  readonly deadLetters: DeadLettersClient;
  readonly operations: OperationsClient;
  readonly queues: QueuesClient;
  readonly workers: WorkersClient;
  readonly audit: AuditClient;
  readonly #transport: Transport;

  constructor({ url, apiKey, fetch: send = fetch, retries = 5, timeoutMs = 30_000 }: SchedulerClientOptions) {
    if (!/^https?:\/\/[^/]/.test(url)) throw new TypeError(`"${url}" is not the URL of a gateway, such as http://127.0.0.1:3000`);
    if (!VISIBLE_ASCII.test(apiKey)) throw new TypeError('an API key has visible ASCII characters only');
    this.#transport = new Transport({ url: url.replace(/\/+$/, ''), apiKey, fetch: send, retries, timeoutMs });
    this.flows = new FlowsClient(this.#transport);
    this.schedules = new SchedulesClient(this.#transport);
    this.deadLetters = new DeadLettersClient(this.#transport);
    this.operations = new OperationsClient(this.#transport);
    this.queues = new QueuesClient(this.#transport);
    this.workers = new WorkersClient(this.#transport);
    this.audit = new AuditClient(this.#transport);
  }

  /** Resolves once the job is stored durably. Repetitions carry the same key, so they can't make a second job. */
  async submit<Name extends JobName>(name: Name, payload: PayloadInputOf<Name>, options: SubmitOptions = {}): Promise<SubmittedJob<Name>> {
    const { idempotencyKey = crypto.randomUUID(), signal, onRetry, ...rest } = options;
    const headers = { 'idempotency-key': idempotencyKey };
    checkIdempotencyKey(idempotencyKey);
    try {
      const body = { name, payload, ...rest };
      const answer = await this.#transport.call({ method: 'POST', path: '/v1/jobs', headers, body, signal, onRetry });
      return { ...(answer.body as Job<Name>), replayed: answer.status === 200 };
    } catch (error) {
      if (error instanceof SchedulerError) error.idempotencyKey = idempotencyKey;
      throw error;
    }
  }

  /**
   * Each job for itself: what befalls one does not touch the others. Those that the gateway could not take or tell are
   * repeated with their keys. More than 1,000 go in parts, one after the other.
   * @returns in the order given
   */
  submitMany(jobs: readonly BatchJob[], options: CallOptions = {}): Promise<BatchResult[]> {
    return submitBatch(this.#transport, jobs, options);
  }

  async get<Name extends JobName = JobName>(id: string, options: CallOptions = {}): Promise<Job<Name>> {
    const answer = await this.#transport.call({ method: 'GET', path: jobPath(id), ...options });
    return answer.body as Job<Name>;
  }

  /** The job once it has finished, well or not: see its `state`. */
  async waitFor<Name extends JobName = JobName>(id: string, options: WaitOptions = {}): Promise<Job<Name>> {
    const { timeoutMs = 300_000, ...call } = options;
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const remainingMs = Math.max(0, deadline - performance.now());
      const seconds = Math.min(LONG_POLL_S, Math.ceil(remainingMs / 1_000));
      const askedAt = performance.now();
      const answer = await this.#transport.call({
        method: 'GET',
        path: `${jobPath(id)}?wait=${seconds}`,
        waitMs: seconds * 1_000,
        ...call,
      });
      const job = answer.body as Job<Name>;
      if (isFinished(job)) return job;
      if (performance.now() >= deadline) throw waitTimeout(job, timeoutMs);
      if (performance.now() - askedAt < POLL_PAUSE_MS) await sleep(POLL_PAUSE_MS, call.signal);
    }
  }

  /** What can be submitted. */
  async jobTypes(options: CallOptions = {}): Promise<readonly JobType[]> {
    const answer = await this.#transport.call({ method: 'GET', path: '/v1/job-types', ...options });
    return (answer.body as { items: JobType[] }).items;
  }
}

function jobPath(id: string): string {
  return `/v1/jobs/${encodeURIComponent(id)}`;
}

function waitTimeout(job: Pick<Job, 'id' | 'state'>, timeoutMs: number): SchedulerError {
  return new SchedulerError({
    status: 0,
    code: 'wait-timeout',
    detail: `job ${job.id} is ${job.state} after ${timeoutMs} ms`,
    jobId: job.id,
  });
}
