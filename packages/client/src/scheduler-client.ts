import type { JobName, PayloadInputOf } from '@dts/jobs';
import { AuditClient } from './audit.js';
import type { BatchJob, BatchResult } from './batch.js';
import { DeadLettersClient } from './dead-letters.js';
import { FlowsClient } from './flows.js';
import { toBaseUrl } from './gateway-url.js';
import { type Job, type JobFilter, type JobType, jobPath, type LogLine, type SubmittedJob } from './job.js';
import { cancelJob, promoteJob, retryJob } from './job-changes.js';
import { type EventsOptions, followJob, type JobEvent } from './job-events.js';
import { VISIBLE_ASCII } from './job-options.js';
import { OperationsClient } from './operations.js';
import { type ListOptions, type Page, type PageOptions, readPage, readPages } from './pages.js';
import { QueuesClient } from './queues.js';
import { SchedulesClient } from './schedules.js';
import { type SubmitOptions, submitJob } from './submit.js';
import { submitMany } from './submit-many.js';
import { type StreamOptions, submitStream } from './submit-stream.js';
import { TenantsClient } from './tenants.js';
import { type CallOptions, Transport } from './transport.js';
import { type WaitOptions, waitForJob } from './wait.js';
import { WorkersClient } from './workers.js';

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

/** Calls a gateway. Every method throws SchedulerError, or the reason of the signal that it was given; a TypeError for what can't be sent. */
export class SchedulerClient {
  readonly flows: FlowsClient;
  readonly schedules: SchedulesClient;
  readonly deadLetters: DeadLettersClient;
  readonly operations: OperationsClient;
  readonly queues: QueuesClient;
  readonly workers: WorkersClient;
  readonly audit: AuditClient;
  readonly tenants: TenantsClient;
  readonly #transport: Transport;

  constructor({ url, apiKey, fetch: send = fetch, retries = 5, timeoutMs = 30_000 }: SchedulerClientOptions) {
    if (apiKey === '') throw new TypeError('an API key is needed, and this one is empty');
    if (!VISIBLE_ASCII.test(apiKey)) throw new TypeError('an API key has visible ASCII characters only');
    this.#transport = new Transport({ url: toBaseUrl(url), apiKey, fetch: send, retries, timeoutMs });
    this.flows = new FlowsClient(this.#transport);
    this.schedules = new SchedulesClient(this.#transport);
    this.deadLetters = new DeadLettersClient(this.#transport);
    this.operations = new OperationsClient(this.#transport);
    this.queues = new QueuesClient(this.#transport);
    this.workers = new WorkersClient(this.#transport);
    this.audit = new AuditClient(this.#transport);
    this.tenants = new TenantsClient(this.#transport);
  }

  /** Resolves once the job is stored durably. Repetitions carry the same key, so they can't make a second job. */
  submit<Name extends JobName>(name: Name, payload: PayloadInputOf<Name>, options: SubmitOptions = {}): Promise<SubmittedJob<Name>> {
    return submitJob(this.#transport, name, payload, options);
  }

  /**
   * Each job for itself: what befalls one does not touch the others. Those that the gateway could not take or tell are
   * repeated with their keys. More than 1,000 go in parts, one after the other.
   * @returns in the order given
   */
  submitMany(jobs: readonly BatchJob[], options: CallOptions = {}): Promise<BatchResult[]> {
    return submitMany(this.#transport, jobs, options);
  }

  /**
   * Any number of jobs, from a file or a database, each with a result as `submitMany` gives it, in the order given. Never reads more
   * than `concurrency` · `batchSize` jobs ahead of the results that were taken. While the gateway can't take as many, it sends fewer.
   */
  submitStream(jobs: Iterable<BatchJob> | AsyncIterable<BatchJob>, options: StreamOptions = {}): AsyncGenerator<BatchResult, void, void> {
    return submitStream(this.#transport, jobs, options);
  }

  async get<Name extends JobName = JobName>(id: string, options: CallOptions = {}): Promise<Job<Name>> {
    return (await this.#transport.call({ method: 'GET', path: jobPath(id), ...options })).body as Job<Name>;
  }

  /**
   * The job once it has finished, well or not: see its `state`.
   * @param job what was submitted, or its id
   */
  waitFor<Name extends JobName = JobName>(job: string | Pick<Job<Name>, 'id' | 'name'>, options: WaitOptions = {}): Promise<Job<Name>> {
    return waitForJob(this.#transport, typeof job === 'string' ? job : job.id, options);
  }

  /**
   * What happens to the job from now on, beginning with the state that it is in; ends with the job. Leaving the loop gives the
   * connection up.
   */
  events(id: string, options: EventsOptions = {}): AsyncGenerator<JobEvent, void, void> {
    return followJob(this.#transport, id, options);
  }

  /** The newest first within a state, read page by page as they are taken. */
  list<Name extends JobName = JobName>(filter: JobFilter<Name> = {}, options: ListOptions = {}): AsyncGenerator<Job<Name>, void, void> {
    return readPages(this.#transport, '/v1/jobs', filter, options);
  }

  listPage<Name extends JobName = JobName>(filter: JobFilter<Name> = {}, options: PageOptions = {}): Promise<Page<Job<Name>>> {
    return readPage(this.#transport, '/v1/jobs', filter, options);
  }

  /** What the job has written so far, the oldest line first. */
  logs(id: string, options: ListOptions = {}): AsyncGenerator<LogLine, void, void> {
    return readPages(this.#transport, `${jobPath(id)}/logs`, {}, options);
  }

  /** A job that has not started never does; one that runs is told to stop, and is `active` until it has. */
  cancel(id: string, options: CallOptions = {}): Promise<Job> {
    return cancelJob(this.#transport, id, options);
  }

  /** A dead, cancelled or expired job waits again, with all its attempts. */
  retry(id: string, options: CallOptions = {}): Promise<Job> {
    return retryJob(this.#transport, id, options);
  }

  /** A scheduled job may run now. */
  promote(id: string, options: CallOptions = {}): Promise<Job> {
    return promoteJob(this.#transport, id, options);
  }

  /** What can be submitted. */
  async jobTypes(options: CallOptions = {}): Promise<readonly JobType[]> {
    const answer = await this.#transport.call({ method: 'GET', path: '/v1/job-types', ...options });
    return (answer.body as { items: JobType[] }).items;
  }
}
