import type { JobName, QueueName } from '@dts/jobs';
import type { Job } from './job.js';
import { checkIdempotencyKey, randomKey } from './job-options.js';
import type { Operation } from './operations.js';
import { type ListOptions, type Page, type PageOptions, readPage, readPages } from './pages.js';
import type { CallOptions, Transport } from './transport.js';

/** Which dead jobs; all of the tenant's, or an operator's, unless narrowed. */
export interface DeadLetterFilter<Name extends JobName = JobName> {
  readonly queue?: QueueName;
  readonly name?: Name;
  /** The code of the error that the job died of. */
  readonly reason?: string;
  readonly tag?: string;
  /** Died then or later; a text is an RFC 3339 time. */
  readonly since?: string | Date;
  /** Died before. */
  readonly until?: string | Date;
  /** Another tenant's, for operators. */
  readonly tenant?: string;
}

export interface PurgeRequest {
  /** `{}` means all. */
  readonly filter: DeadLetterFilter;
  /** Jobs at most, those that died first. */
  readonly limit?: number;
}

export interface RedriveRequest extends PurgeRequest {
  /** As fast as it goes unless given. */
  readonly ratePerSecond?: number;
}

/** What an operation would do. */
export interface DeadLetterPreview {
  readonly dryRun: true;
  readonly matched: number;
  /** False when there were too many to look at all: there may be more than `matched`. */
  readonly complete: boolean;
  /** Up to 10, those that died first. */
  readonly sample: readonly Job[];
}

export interface StartOptions extends CallOptions {
  /** Makes one operation, however often it is asked for. A random one unless given. */
  readonly idempotencyKey?: string;
}

/** Jobs that have failed for good. Every method can be repeated safely, and repeats by itself while that may help. */
export class DeadLettersClient {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Those that died last first, read page by page as they are taken. */
  list<Name extends JobName = JobName>(
    filter: DeadLetterFilter<Name> = {},
    options: ListOptions = {},
  ): AsyncGenerator<Job<Name>, void, void> {
    return readPages(this.#transport, PATH, filter, options);
  }

  listPage<Name extends JobName = JobName>(filter: DeadLetterFilter<Name> = {}, options: PageOptions = {}): Promise<Page<Job<Name>>> {
    return readPage(this.#transport, PATH, filter, options);
  }

  /** Lets them start anew, with their ids and their history. The operation goes on by itself: see `operations.waitFor`. */
  redrive(request: RedriveRequest, options: StartOptions = {}): Promise<Operation> {
    return this.#start('redrive', request, options);
  }

  /** Removes them for good; their idempotency keys stay. */
  purge(request: PurgeRequest, options: StartOptions = {}): Promise<Operation> {
    return this.#start('purge', request, options);
  }

  /** What `redrive` would do; changes nothing. */
  previewRedrive(request: RedriveRequest, options: CallOptions = {}): Promise<DeadLetterPreview> {
    return this.#preview('redrive', request, options);
  }

  /** What `purge` would do; changes nothing. */
  previewPurge(request: PurgeRequest, options: CallOptions = {}): Promise<DeadLetterPreview> {
    return this.#preview('purge', request, options);
  }

  async #start(verb: string, body: RedriveRequest, options: StartOptions): Promise<Operation> {
    const { idempotencyKey = randomKey(), ...call } = options;
    checkIdempotencyKey(idempotencyKey);
    const headers = { 'idempotency-key': idempotencyKey };
    return (await this.#transport.call({ method: 'POST', path: `${PATH}:${verb}`, headers, body, ...call })).body as Operation;
  }

  async #preview(verb: string, request: RedriveRequest, options: CallOptions): Promise<DeadLetterPreview> {
    const body = { ...request, dryRun: true };
    return (await this.#transport.call({ method: 'POST', path: `${PATH}:${verb}`, body, ...options })).body as DeadLetterPreview;
  }
}

const PATH = '/v1/dead-letters';
