import type { QueueName } from '@dts/jobs';
import { type ListOptions, readPages } from './pages.js';
import type { CallOptions, Transport } from './transport.js';

/** Milliseconds, each within 2 % of the true value. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** Both of them; null is no limit. They hold for all workers together. */
export interface QueueLimits {
  /** Jobs that run at once. */
  readonly concurrency: number | null;
  /** Jobs that start: `max` in each window of `per` milliseconds. */
  readonly rate: { readonly max: number; readonly per: number } | null;
}

/** A queue as the gateway tells it. Rates and percentiles are of the last five minutes. */
export interface Queue {
  readonly name: QueueName;
  readonly description: string;
  readonly paused: boolean;
  readonly counts: {
    readonly waiting: number;
    readonly scheduled: number;
    readonly active: number;
    readonly 'waiting-children': number;
    /** That are kept. */
    readonly completed: number;
    readonly dead: number;
    /** That are kept, as well as the expired ones. */
    readonly cancelled: number;
    readonly expired: number;
  };
  /** Since the job that has waited longest could start; null when none waits. */
  readonly oldestWaitingMs: number | null;
  readonly arrivalsPerSecond: number;
  readonly completionsPerSecond: number;
  /** Attempts that failed, whether or not another one followed. */
  readonly failuresPerSecond: number;
  /** From when an attempt could start to its start; null when none ended. */
  readonly waitMs: Percentiles | null;
  readonly runMs: Percentiles | null;
  readonly limits: QueueLimits;
  /** Processes that serve it, the jobs that they can run at once, and those that they run. */
  readonly workers: number;
  readonly slots: number;
  readonly busy: number;
}

/** Queues, for operators. Every method can be repeated safely, and repeats by itself while that may help. */
export class QueuesClient {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** All of them, by name. */
  list(options: ListOptions = {}): AsyncGenerator<Queue, void, void> {
    return readPages(this.#transport, '/v1/queues', {}, options);
  }

  get(name: QueueName, options: CallOptions = {}): Promise<Queue> {
    return this.#call('GET', name, '', options);
  }

  /** Nothing of it starts until it is resumed; what runs runs on. */
  pause(name: QueueName, options: CallOptions = {}): Promise<Queue> {
    return this.#call('POST', name, ':pause', options);
  }

  resume(name: QueueName, options: CallOptions = {}): Promise<Queue> {
    return this.#call('POST', name, ':resume', options);
  }

  /** Replaces both limits. */
  setLimits(name: QueueName, limits: QueueLimits, options: CallOptions = {}): Promise<Queue> {
    return this.#call('PUT', name, '/limits', options, limits);
  }

  async #call(method: 'GET' | 'POST' | 'PUT', name: QueueName, rest: string, options: CallOptions, body?: QueueLimits): Promise<Queue> {
    return (await this.#transport.call({ method, path: `/v1/queues/${encodeURIComponent(name)}${rest}`, body, ...options })).body as Queue;
  }
}
