import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { within } from '../waiting/within.js';

export interface ReceivedRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly idempotencyKey: string | undefined;
  readonly body: Buffer;
  /** Unix milliseconds at which its last byte was in. */
  readonly receivedAt: number;
}

export interface Reply {
  /** 200 unless given. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string or bytes as they are; anything else as JSON. */
  readonly body?: unknown;
}

/** What to answer; `reset` drops the connection instead. `count` says how often this idempotency key (or path) came, from 1. */
export type Responder = (request: ReceivedRequest, count: number) => Reply | 'reset' | Promise<Reply | 'reset'>;

/** A real HTTP server on loopback, or where it is told, that remembers what it was sent and answers as it is told. */
export class Receiver {
  readonly requests: ReceivedRequest[] = [];
  /** Answers 200 `{}` until told otherwise. */
  respond: Responder = () => ({ body: {} });
  readonly #server = createServer((request, response) => {
    this.#receive(request, response).catch(() => response.destroy());
  });
  readonly #counts = new Map<string, number>();
  readonly #waiting = new Set<() => void>();

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://${(this.#server.address() as AddressInfo).address}:${this.port}`;
  }

  /** Requests with this idempotency key. */
  withKey(key: string): ReceivedRequest[] {
    return this.requests.filter((request) => request.idempotencyKey === key);
  }

  /** @throws Error when fewer than `count` requests came within `timeoutMs` milliseconds, 5,000 unless given. */
  async waitForCount(count: number, timeoutMs = 5_000): Promise<void> {
    let reached: () => void = () => {};
    const arrived = new Promise<void>((resolve) => {
      reached = () => this.requests.length >= count && resolve();
    });
    this.#waiting.add(reached);
    reached();
    try {
      await within(arrived, timeoutMs, () => `${count} requests, received ${this.requests.length}`);
    } finally {
      this.#waiting.delete(reached);
    }
  }

  /** @param host an address of this machine; loopback unless given */
  async start(host = '127.0.0.1'): Promise<this> {
    this.#server.listen(0, host);
    await once(this.#server, 'listening');
    return this;
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #receive(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await read(message);
    const key = request.idempotencyKey ?? request.path;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    this.requests.push(request);
    for (const reached of this.#waiting) reached();
    const reply = await this.respond(request, count);
    if (reply === 'reset') message.socket.resetAndDestroy();
    else send(response, reply);
  }
}

export function startReceiver(respond?: Responder): Promise<Receiver> {
  const receiver = new Receiver();
  if (respond) receiver.respond = respond;
  return receiver.start();
}

async function read(message: IncomingMessage): Promise<ReceivedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  const key = message.headers['idempotency-key'];
  return {
    method: message.method ?? '',
    path: message.url ?? '',
    headers: message.headers,
    idempotencyKey: typeof key === 'string' ? key : undefined,
    body: Buffer.concat(chunks),
    receivedAt: Date.now(),
  };
}

function send(response: ServerResponse, reply: Reply): void {
  const asIs = reply.body === undefined || typeof reply.body === 'string' || Buffer.isBuffer(reply.body);
  response.writeHead(reply.status ?? 200, { ...(!asIs && { 'content-type': 'application/json' }), ...reply.headers });
  response.end(asIs ? reply.body : JSON.stringify(reply.body));
}
