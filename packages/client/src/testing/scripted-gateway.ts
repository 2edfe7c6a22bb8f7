import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Step {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string as it is; anything else as JSON. */
  readonly body?: unknown;
}

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly at: number;
}

/** A real HTTP server that answers as its script says, one step a request, the last one for ever. */
export class ScriptedGateway {
  readonly seen: Seen[] = [];
  /** `reset` drops the connection, `silence` never answers. */
  script: (Step | 'reset' | 'silence')[] = [];
  readonly #server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    this.seen.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body, at: performance.now() });
    const step = this.script[Math.min(this.seen.length, this.script.length) - 1] ?? { status: 404 };
    if (step === 'silence') return;
    if (step === 'reset') request.socket.resetAndDestroy();
    else response.writeHead(step.status, step.headers).end(typeof step.body === 'string' ? step.body : JSON.stringify(step.body ?? {}));
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
