import { unescape as percentDecode } from 'node:querystring';
import { FinalError, RetryableError } from '@dts/jobs';
import { Agent, type Dispatcher } from 'undici';
import { readBody } from './body.js';
import { policedConnector, type Resolve, systemResolve } from './connector.js';
import { ExchangeBound } from './exchange-bound.js';
import { type Answer, networkFailure, statusFailure } from './failures.js';
import type { OutboundPolicy } from './policy.js';
import { redactUrl } from './redact-url.js';
import { type Hop, isRedirect, nextHop } from './redirect.js';
import { traced } from './traced.js';

export interface OutboundRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** What is fine as an answer: 200–299 unless given. A redirect that is fine is not followed. */
  readonly accepts?: (status: number) => boolean;
  /** Redirects to follow; with 0, a redirect is an answer. */
  readonly maxRedirects: number;
  /** Bytes of the answer's body that are kept. */
  readonly maxBodyBytes: number;
  /** Milliseconds for the whole exchange; bounded by the signal only unless given. */
  readonly timeoutMs?: number;
  readonly signal: AbortSignal;
}

export interface OutboundResponse extends Answer {
  /** The body was longer than what was kept. */
  readonly truncated: boolean;
}

const USER_AGENT = 'distributed-task-scheduler';
/** Enough of an error page to say what is wrong. */
const ERROR_BODY_BYTES = 16 * 1024;

/** HTTP for handlers: the one way out of the worker, with the policy where sockets are opened. */
export class OutboundClient {
  private readonly agent: Agent;

  /** @param resolve the system's resolver unless given */
  constructor(policy: OutboundPolicy, resolve: Resolve = systemResolve()) {
    // A pool without a limit opens a connection for each request at once, so nothing queues unseen. Time is bounded by
    // each request's own signal.
    this.agent = new Agent({ connect: policedConnector(policy, resolve), headersTimeout: 0, bodyTimeout: 0, allowH2: false });
  }

  /**
   * @throws FinalError `http-status`, `outbound-refused`, `redirect-refused`, `too-many-redirects`
   * @throws RetryableError `http-status`, `http-timeout`, `network`
   * @throws the signal's reason when it aborts
   */
  async request(request: OutboundRequest): Promise<OutboundResponse> {
    using bound = new ExchangeBound(request.signal, request.timeoutMs);
    const { signal } = bound;
    let hop = firstHop(request);
    try {
      for (let redirects = 0; ; redirects++) {
        signal.throwIfAborted();
        const response = await traced(hop, (told) => this.send(told, signal));
        const location = locationToFollow(response, request);
        if (location === undefined) return await this.finish(request, hop, response);
        await response.body.dump({ limit: ERROR_BODY_BYTES, signal });
        if (redirects === request.maxRedirects) throw tooManyRedirects(request);
        hop = nextHop(hop, response.statusCode, location);
      }
    } catch (error) {
      request.signal.throwIfAborted();
      if (signal.aborted) throw timedOut(hop, request.timeoutMs);
      throw networkFailure(hop.method, hop.url, error);
    }
  }

  /** Lets open requests finish. */
  async close(): Promise<void> {
    await this.agent.close();
  }

  private async send({ method, url, headers, body }: Hop, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    return this.agent.request({ origin: url.origin, path: url.pathname + url.search, method, headers, body, signal });
  }

  private async finish(request: OutboundRequest, hop: Hop, response: Dispatcher.ResponseData): Promise<OutboundResponse> {
    const status = response.statusCode;
    const fine = accepts(request, status);
    const { bytes, truncated } = await readBody(response.body, fine ? request.maxBodyBytes : ERROR_BODY_BYTES);
    const answer = { status, headers: joinHeaders(response.headers), body: bytes };
    if (!fine) throw statusFailure(hop.method, hop.url, answer);
    return { ...answer, truncated };
  }
}

/** Credentials in the URL become the header that they mean. */
function firstHop({ method, url: text, headers, body }: OutboundRequest): Hop {
  const url = new URL(text);
  const own: Record<string, string> = { 'user-agent': USER_AGENT };
  if (url.username !== '' || url.password !== '') {
    const credentials = `${percentDecode(url.username)}:${percentDecode(url.password)}`;
    own.authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
  }
  for (const [name, value] of Object.entries(headers ?? {})) own[name.toLowerCase()] = value;
  return { method, url, headers: own, body };
}

function accepts(request: OutboundRequest, status: number): boolean {
  return request.accepts ? request.accepts(status) : status >= 200 && status < 300;
}

function locationToFollow({ statusCode, headers }: Dispatcher.ResponseData, request: OutboundRequest): string | undefined {
  if (!isRedirect(statusCode) || request.maxRedirects === 0 || accepts(request, statusCode)) return undefined;
  return typeof headers.location === 'string' ? headers.location : undefined;
}

function joinHeaders(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}

function tooManyRedirects({ method, url, maxRedirects }: OutboundRequest): FinalError {
  return new FinalError('too-many-redirects', `${method} ${redactUrl(new URL(url))} redirects more than ${maxRedirects} times.`);
}

function timedOut({ method, url }: Hop, timeoutMs: number | undefined): RetryableError {
  return new RetryableError('http-timeout', `${method} ${redactUrl(url)} took longer than ${timeoutMs} ms.`);
}
