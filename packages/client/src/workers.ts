import type { QueueName } from '@dts/jobs';
import { type ListOptions, readPages } from './pages.js';
import type { Transport } from './transport.js';

/** A worker process as the gateway tells it; times in RFC 3339. */
export interface Worker {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  readonly queues: readonly { readonly name: QueueName; readonly slots: number; readonly busy: number }[];
  /** Jobs that it can run at once, and those that it runs. */
  readonly slots: number;
  readonly busy: number;
  /** The longest that its event loop was held up between two heartbeats. */
  readonly eventLoopDelayMs: number;
  readonly memoryBytes: number;
  readonly startedAt: string;
  readonly heartbeatAt: string;
  /** It finishes what it has and takes nothing new. */
  readonly draining: boolean;
}

/** Worker processes, for operators. */
export class WorkersClient {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Those that were heard of in the last ten seconds, by id. */
  list(options: ListOptions = {}): AsyncGenerator<Worker, void, void> {
    return readPages(this.#transport, '/v1/workers', {}, options);
  }
}
