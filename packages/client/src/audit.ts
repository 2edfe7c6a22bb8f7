import { type ListOptions, type Page, type PageOptions, readPage, readPages } from './pages.js';
import type { Transport } from './transport.js';

/** What an operator changed, or tried to. */
export interface AuditEntry {
  readonly id: string;
  /** RFC 3339. */
  readonly at: string;
  /** Of the API key that was used. */
  readonly keyId: string;
  /** The key's. */
  readonly tenant: string;
  /** Such as `queue.pause`. */
  readonly action: string;
  readonly target: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly requestId: string;
  /** `done`, the code of the problem that it met, or `unknown`. */
  readonly outcome: string;
}

export interface AuditFilter {
  /** Id of the key that was used. */
  readonly key?: string;
  readonly tenant?: string;
  readonly action?: string;
  readonly target?: string;
  /** Nothing older; a text is an RFC 3339 time. */
  readonly since?: string | Date;
}

/** What operators have changed, for operators. */
export class AuditClient {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** The newest first. */
  list(filter: AuditFilter = {}, options: ListOptions = {}): AsyncGenerator<AuditEntry, void, void> {
    return readPages(this.#transport, PATH, filter, options);
  }

  listPage(filter: AuditFilter = {}, options: PageOptions = {}): Promise<Page<AuditEntry>> {
    return readPage(this.#transport, PATH, filter, options);
  }
}

const PATH = '/v1/audit';
