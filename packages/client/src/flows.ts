import type { Flow, FlowFilter, FlowInput, FlowSummary, SubmittedFlow } from './flow.js';
import { checkIdempotencyKey, randomKey } from './job-options.js';
import { type ListOptions, type Page, type PageOptions, readPage, readPages } from './pages.js';
import { SchedulerError } from './scheduler-error.js';
import type { CallOptions, Transport } from './transport.js';

/** Trees of jobs on a gateway. Every method can be repeated safely, and repeats by itself while that may help. */
export class FlowsClient {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * Resolves once all of it is stored durably; when one job of it is wrong, nothing is, and `errors` of the SchedulerError points
   * at it. Repetitions carry the same key, so they can't make a second flow.
   */
  async submit(flow: FlowInput, options: CallOptions & { readonly idempotencyKey?: string } = {}): Promise<SubmittedFlow> {
    const { idempotencyKey = randomKey(), ...call } = options;
    checkIdempotencyKey(idempotencyKey);
    const headers = { 'idempotency-key': idempotencyKey };
    try {
      const answer = await this.#transport.call({ method: 'POST', path: PATH, headers, body: flow, ...call });
      return { ...(answer.body as Flow), replayed: answer.status === 200 };
    } catch (error) {
      if (error instanceof SchedulerError) error.idempotencyKey = idempotencyKey;
      throw error;
    }
  }

  /** The newest first. */
  list(filter: FlowFilter = {}, options: ListOptions = {}): AsyncGenerator<FlowSummary, void, void> {
    return readPages(this.#transport, PATH, filter, options);
  }

  listPage(filter: FlowFilter = {}, options: PageOptions = {}): Promise<Page<FlowSummary>> {
    return readPage(this.#transport, PATH, filter, options);
  }

  async get(id: string, options: CallOptions = {}): Promise<Flow> {
    return (await this.#transport.call({ method: 'GET', path: pathOf(id), ...options })).body as Flow;
  }

  /** Every job of it that has not ended, in one step; those that run are told to stop, and are `active` until they have. */
  async cancel(id: string, options: CallOptions = {}): Promise<Flow> {
    return (await this.#transport.call({ method: 'DELETE', path: pathOf(id), ...options })).body as Flow;
  }
}

const PATH = '/v1/flows';

function pathOf(id: string): string {
  return `${PATH}/${encodeURIComponent(id)}`;
}
