import { retryDelay, sleep } from './backoff.js';
import { toSchedulerError } from './problem.js';
import { SchedulerError } from './scheduler-error.js';

/** Longest wait for one answer; a lost connection is noticed by nothing else. */
const TRY_TIMEOUT_MS = 10_000;
const EVENT_STREAM = /^text\/event-stream(;|$)/i;

export interface Retry {
  /** From 1. */
  readonly number: number;
  /** Milliseconds before it. */
  readonly delayMs: number;
  readonly error: SchedulerError;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Told before each repetition. */
  readonly onRetry?: (retry: Retry) => void;
}

export interface Call extends CallOptions {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Milliseconds that the gateway may take on purpose before it answers; on top of the timeouts. */
  readonly waitMs?: number;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** As it is sent. */
interface Prepared extends Pick<Call, 'method' | 'path' | 'headers'> {
  readonly body?: string;
  readonly signal: AbortSignal;
}

export interface TransportOptions {
  readonly url: string;
  /** Left out where none is asked for. */
  readonly apiKey?: string;
  readonly fetch: typeof fetch;
  readonly retries: number;
  /** Milliseconds for a call with all its repetitions. */
  readonly timeoutMs: number;
}

/** When to give up repeating. */
export interface Patience {
  /** Repetitions at most. */
  readonly retries: number;
  /** By `performance.now()`; asked each time, because it may move. */
  readonly deadline: () => number;
}

/** Requests to the gateway, repeated while that may help. Every request of this API is safe to repeat. */
export class Transport {
  constructor(private readonly options: TransportOptions) {}

  /** @throws SchedulerError, or the reason of the caller's signal. */
  call(call: Call): Promise<Answer> {
    return this.repeat(call, (remainingMs) => this.tryOnce(call, remainingMs));
  }

  /** An event stream, which is read as it comes; whoever opened it cancels it. @throws as `call` */
  open(call: Call): Promise<ReadableStreamDefaultReader<Uint8Array>> {
    return this.repeat(call, (remainingMs) => this.#within(call, remainingMs, (request) => this.#open(request)));
  }

  /**
   * Tries until it succeeds, while a repetition may help and there is time.
   * @param tryOnce gets the milliseconds that are left
   */
  async repeat<Result>(
    call: CallOptions & Pick<Call, 'waitMs'>,
    tryOnce: (remainingMs: number) => Promise<Result>,
    patience: Patience = this.#patience(call),
  ): Promise<Result> {
    for (let tries = 1; ; tries++) {
      try {
        return await tryOnce(patience.deadline() - performance.now());
      } catch (error) {
        if (!(error instanceof SchedulerError) || !error.isTransient || tries > patience.retries) throw error;
        const delayMs = retryDelay(tries, error.retryAfterMs);
        if (performance.now() + delayMs >= patience.deadline()) throw error;
        call.onRetry?.({ number: tries, delayMs, error });
        await sleep(delayMs, call.signal);
      }
    }
  }

  /** @throws as `call` */
  tryOnce(call: Call, remainingMs: number): Promise<Answer> {
    return this.#within(call, remainingMs, async (request) => {
      const response = await this.#send(request);
      const text = await response.text();
      if (!response.ok) throw toSchedulerError(response, text);
      return { status: response.status, body: parseAnswer(response.status, text) };
    });
  }

  #patience({ waitMs = 0 }: Pick<Call, 'waitMs'>): Patience {
    const deadline = performance.now() + this.options.timeoutMs + waitMs;
    return { retries: this.options.retries, deadline: () => deadline };
  }

  /** @throws what `work` throws; TypeError for a body that is no JSON, which no repetition mends */
  async #within<Result>(call: Call, remainingMs: number, work: (request: Prepared) => Promise<Result>): Promise<Result> {
    call.signal?.throwIfAborted();
    const timeoutMs = Math.max(1, Math.min(remainingMs, TRY_TIMEOUT_MS + (call.waitMs ?? 0)));
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), timeoutMs);
    const onAbort = () => abort.abort();
    call.signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return await work({ ...call, body, signal: abort.signal });
    } catch (error) {
      if (error instanceof SchedulerError) throw error;
      call.signal?.throwIfAborted();
      throw noAnswer(this.options.url, error, abort.signal.aborted ? timeoutMs : undefined);
    } finally {
      clearTimeout(timer);
      call.signal?.removeEventListener('abort', onAbort);
    }
  }

  async #open(request: Prepared): Promise<ReadableStreamDefaultReader<Uint8Array>> {
    const response = await this.#send(request);
    if (!response.ok || !response.body) throw toSchedulerError(response, await response.text());
    if (EVENT_STREAM.test(response.headers.get('content-type') ?? '')) return response.body.getReader();
    await response.body.cancel();
    throw new SchedulerError({ status: response.status, code: 'bad-answer', detail: 'the answer is no event stream: is this a gateway?' });
  }

  #send({ method, path, body, headers, signal }: Prepared): Promise<Response> {
    const { fetch: send, url, apiKey } = this.options; // a browser refuses a fetch that is called as a method
    const all = {
      accept: 'application/json, application/problem+json',
      ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    };
    return send(url + path, { method, headers: all, body, signal });
  }
}

function parseAnswer(status: number, text: string): unknown {
  if (status === 204) return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SchedulerError({ status, code: 'bad-answer', detail: `the answer (${status}) is not JSON: is this a gateway?` }, { cause });
  }
}

function noAnswer(url: string, cause: unknown, timeoutMs: number | undefined): SchedulerError {
  if (timeoutMs === undefined) return new SchedulerError({ status: 0, code: 'network', detail: `no answer from ${url}` }, { cause });
  const detail = `no answer from ${url} within ${Math.round(timeoutMs)} ms`;
  return new SchedulerError({ status: 0, code: 'timeout', detail }, { cause });
}
