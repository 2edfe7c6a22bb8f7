import { sleep } from './backoff.js';
import type { JobError } from './job.js';
import { type ListOptions, type Page, type PageOptions, readPage, readPages } from './pages.js';
import { SchedulerError } from './scheduler-error.js';
import type { CallOptions, Transport } from './transport.js';

/** A change of many jobs that goes on by itself; times in RFC 3339. */
export interface Operation {
  readonly id: string;
  readonly kind: 'redrive' | 'purge';
  readonly state: 'running' | 'completed' | 'cancelled' | 'failed';
  readonly filter: {
    readonly tenant?: string;
    readonly queue?: string;
    readonly name?: string;
    readonly reason?: string;
    readonly tag?: string;
    readonly since?: string;
    readonly until?: string;
  };
  readonly limit: number | null;
  readonly ratePerSecond: number | null;
  /** Jobs to look at, as it was when it began, whether or not the filter means them: see `matched`. */
  readonly toExamine: number;
  /** Jobs looked at so far. */
  readonly examined: number;
  /** Of these, jobs that the filter means. */
  readonly matched: number;
  readonly done: number;
  /** Changed by somebody else in the meantime, or tied to a parent or to children. */
  readonly skipped: number;
  readonly failed: number;
  /** Id of the API key that asked for it. */
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly finishedAt: string | null;
  readonly error: JobError | null;
}

export interface OperationFilter {
  /** Another tenant's, for operators. */
  readonly tenant?: string;
}

export interface FollowOptions extends CallOptions {
  /** Milliseconds until it must have ended; as long as it takes unless given. */
  readonly timeoutMs?: number;
  /** Told how it stands, each time that it was asked for. */
  readonly onUpdate?: (operation: Operation) => void;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;

/** What was asked of many jobs. Every method can be repeated safely, and repeats by itself while that may help. */
export class OperationsClient {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Those that run, and those that ended in the last week, the newest first. */
  list(filter: OperationFilter = {}, options: ListOptions = {}): AsyncGenerator<Operation, void, void> {
    return readPages(this.#transport, PATH, filter, options);
  }

  listPage(filter: OperationFilter = {}, options: PageOptions = {}): Promise<Page<Operation>> {
    return readPage(this.#transport, PATH, filter, options);
  }

  async get(id: string, options: CallOptions = {}): Promise<Operation> {
    return (await this.#transport.call({ method: 'GET', path: pathOf(id), ...options })).body as Operation;
  }

  /** What it has done stays done. */
  async cancel(id: string, options: CallOptions = {}): Promise<Operation> {
    return (await this.#transport.call({ method: 'POST', path: `${pathOf(id)}:cancel`, ...options })).body as Operation;
  }

  /** The operation once it has ended, well or not: see its `state`. @throws SchedulerError `wait-timeout`, or as any call */
  async waitFor(id: string, options: FollowOptions = {}): Promise<Operation> {
    const { timeoutMs = Number.POSITIVE_INFINITY, onUpdate, ...call } = options;
    const deadline = performance.now() + timeoutMs;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      const operation = await this.get(id, call);
      onUpdate?.(operation);
      if (operation.state !== 'running') return operation;
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) throw waitTimeout(operation, timeoutMs);
      await sleep(Math.min(pauseMs, leftMs), call.signal);
    }
  }
}

const PATH = '/v1/operations';

function pathOf(id: string): string {
  return `${PATH}/${encodeURIComponent(id)}`;
}

function waitTimeout({ id, done }: Operation, timeoutMs: number): SchedulerError {
  const detail = `operation ${id} runs still after ${timeoutMs} ms; it has changed ${done} jobs`;
  return new SchedulerError({ status: 0, code: 'wait-timeout', detail });
}
