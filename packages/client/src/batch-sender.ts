import { Batch, type BatchResult, type KeyedJob } from './batch.js';
import { Pace } from './pace.js';
import type { CallOptions, Transport } from './transport.js';

export interface BatchSenderOptions {
  /** Requests at once at most. */
  readonly concurrency: number;
  /** Jobs in one request at most. */
  readonly batchSize: number;
  /** Milliseconds that a job waits for others to share its request. */
  readonly lingerMs: number;
  /** Milliseconds without any job being taken, after which repeating ends. */
  readonly patienceMs: number;
}

/** Gathers jobs into batches and submits several at once, more slowly while the gateway can't take as many. */
export class BatchSender {
  readonly #pace: Pace;
  #open: Batch;
  #linger: ReturnType<typeof setTimeout> | undefined;
  #progressAt = 0;
  /** Of each batch its own: where many requests listen to one signal, Node 20 warns of a leak. */
  readonly #aborts = new Set<AbortController>();

  /** @param onBatch gets the results that each batch will have, in the order of the jobs */
  constructor(
    private readonly transport: Transport,
    private readonly options: BatchSenderOptions,
    private readonly call: CallOptions & { readonly signal: AbortSignal },
    private readonly onBatch: (results: Promise<BatchResult[]>) => void,
  ) {
    this.#pace = new Pace(options.concurrency);
    this.#open = new Batch(options.batchSize);
    call.signal.addEventListener('abort', () => this.#abort(), { once: true });
  }

  add(job: KeyedJob): void {
    if (!this.#open.add(job)) {
      this.flush();
      this.#open.add(job);
    }
    if (this.#open.isFull) this.flush();
    else this.#linger ??= setTimeout(() => this.flush(), this.options.lingerMs);
  }

  /** Sends what has gathered. */
  flush(): void {
    clearTimeout(this.#linger);
    this.#linger = undefined;
    if (this.#open.left === 0) return;
    const batch = this.#open;
    this.#open = new Batch(this.options.batchSize);
    this.onBatch(batch.settle(this.#submit(batch)));
  }

  async #submit(batch: Batch): Promise<void> {
    this.call.signal.throwIfAborted();
    const startedAt = performance.now();
    const deadline = () => Math.max(startedAt, this.#progressAt) + this.options.patienceMs;
    const abort = new AbortController();
    const call = { ...this.call, signal: abort.signal };
    const send = () => this.#pace.run(abort.signal, () => this.#send(batch, call));
    this.#aborts.add(abort);
    try {
      await this.transport.repeat(call, send, { retries: Number.POSITIVE_INFINITY, deadline });
    } finally {
      this.#aborts.delete(abort);
    }
  }

  async #send(batch: Batch, call: CallOptions): Promise<void> {
    const before = batch.left;
    try {
      // Its turn may come late: it has the time of any request all the same.
      await batch.send(this.transport, call, Number.POSITIVE_INFINITY);
    } finally {
      if (batch.left < before) this.#progressAt = performance.now();
    }
  }

  #abort(): void {
    clearTimeout(this.#linger);
    for (const abort of this.#aborts) abort.abort(this.call.signal.reason);
  }
}
