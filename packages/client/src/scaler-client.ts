import { VISIBLE_ASCII } from './job-options.js';
import { type ListOptions, readPages } from './pages.js';
import type { PoolPin, ScalerDecision, ScalerStatus } from './scaler.js';
import { SchedulerError } from './scheduler-error.js';
import { type CallOptions, Transport } from './transport.js';

export interface ScalerClientOptions {
  /** The scaler's, such as `http://127.0.0.1:3002`. */
  readonly url: string;
  /** For pins, with the right `ops:write`; what is only read needs none. */
  readonly apiKey?: string;
  readonly fetch?: typeof fetch;
  /** Repetitions of one request after no answer, 429, 502, 503 or 504; 5 unless given. */
  readonly retries?: number;
  /** Milliseconds for one request with all its repetitions; 30,000 unless given. */
  readonly timeoutMs?: number;
}

export interface PinInput {
  readonly replicas: number;
  /** Seconds until the load counts again: a week at most. */
  readonly forSeconds: number;
}

/** Calls a scaler, for operators. Every method throws SchedulerError, or the reason of the signal that it was given. */
export class ScalerClient {
  readonly #transport: Transport;

  constructor({ url, apiKey, fetch: send = fetch, retries = 5, timeoutMs = 30_000 }: ScalerClientOptions) {
    if (!/^https?:\/\/[^/]/.test(url)) throw new TypeError(`"${url}" is not the URL of a scaler, such as http://127.0.0.1:3002`);
    if (apiKey !== undefined && !VISIBLE_ASCII.test(apiKey)) throw new TypeError('an API key has visible ASCII characters only');
    this.#transport = new Transport({ url: url.replace(/\/+$/, ''), apiKey, fetch: send, retries, timeoutMs });
  }

  /** Every pool with its load, its workers and the last decision; who leads; which policy is in force. */
  async status(options: CallOptions = {}): Promise<ScalerStatus> {
    const { status, body } = await this.#transport.call({ method: 'GET', path: '/v1/pools', ...options });
    const answer = body as Partial<ScalerStatus> | null;
    if (Array.isArray(answer?.items) && answer.policy !== undefined) return answer as ScalerStatus;
    throw new SchedulerError({ status, code: 'bad-answer', detail: 'the answer to /v1/pools has no pools: is this a scaler?' });
  }

  /** The newest first. @param filter all pools unless one is named */
  decisions(filter: { readonly pool?: string } = {}, options: ListOptions = {}): AsyncGenerator<ScalerDecision, void, void> {
    return readPages(this.#transport, '/v1/decisions', filter, options);
  }

  /** So many workers, whatever the load, until the time is over. A repetition counts the time anew. */
  async pin(pool: string, pin: PinInput, options: CallOptions = {}): Promise<PoolPin> {
    return (await this.#transport.call({ method: 'PUT', path: pathOf(pool), body: pin, ...options })).body as PoolPin;
  }

  /** The load counts again. */
  async unpin(pool: string, options: CallOptions = {}): Promise<void> {
    await this.#transport.call({ method: 'DELETE', path: pathOf(pool), ...options });
  }
}

function pathOf(pool: string): string {
  return `/v1/pools/${encodeURIComponent(pool)}/pin`;
}
