import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string as it is; anything else as JSON. */
  readonly body?: unknown;
  /** Does not end after the body. */
  readonly open?: boolean;
}

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly at: number;
}

/** `reset` drops the connection, `silence` never answers. */
type Reply = Answer | 'reset' | 'silence';
export type Step = Reply | ((request: Seen) => Reply | Promise<Reply>);

/** A real HTTP server that answers as its script says, one step a request, the last one for ever. */
export class ScriptedGateway {
  readonly seen: Seen[] = [];
  script: Step[] = [];
  /** Answers that have not ended, by either side. */
  open = 0;
  readonly #server = createServer(async (request, response) => {
    this.open++;
    response.once('close', () => {
      this.open--;
      this.#server.emit('hung-up');
    });
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const seen = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body, at: performance.now() };
    this.seen.push(seen);
    this.#server.emit('seen');
    const step = this.script[Math.min(this.seen.length, this.script.length) - 1] ?? { status: 404 };
    answer(response, typeof step === 'function' ? await step(seen) : step);
  });

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get keys(): unknown[] {
    return this.seen.map((request) => request.headers['idempotency-key']);
  }

  /** Resolves when another request comes. */
  async nextRequest(): Promise<void> {
    await once(this.#server, 'request');
  }

  /** Resolves once so many requests have come. */
  async untilSeen(count: number): Promise<void> {
    while (this.seen.length < count) await once(this.#server, 'seen');
  }

  /** Resolves when no answer is open any more. */
  async untilHungUp(): Promise<void> {
    while (this.open > 0) await once(this.#server, 'hung-up');
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

function answer(response: ServerResponse, reply: Reply): void {
  if (reply === 'silence') return;
  if (reply === 'reset') return void response.socket?.resetAndDestroy();
  response.writeHead(reply.status, reply.headers);
  response.write(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body ?? {}));
  if (!reply.open) response.end();
}
