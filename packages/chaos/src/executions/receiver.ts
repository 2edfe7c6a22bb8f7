import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CONDUCT_HEADER, type Conduct, isFatal } from './conduct.js';
import type { ExecutionLog } from './execution-log.js';

const PATH = '/run/';

export interface Reply {
  readonly type: string;
  readonly body: string | Buffer;
}

/**
 * What the jobs call. Each arrival is a start, each answer an end, under the submission's own key from the URL: what the
 * product says of itself is not needed to count.
 */
export class ExecutionReceiver {
  /** What the process that runs the submission shall do to itself; see `misbehave.ts`, which must be loaded into it. */
  conductOf: (key: string) => Conduct | undefined = () => undefined;
  /** What a run is answered. */
  reply: Reply = { type: 'application/json', body: '{}' };
  /** Told of each answer. */
  onEnd: () => void = () => {};
  /** Milliseconds that a run takes. */
  workMs = 5;
  private readonly server = createServer((request, response) => this.receive(request, response));
  private held: Set<() => void> | undefined;
  private heldKeys = '';

  constructor(private readonly log: ExecutionLog) {}

  /** Where the job of this submission shall call. */
  urlOf(key: string): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${PATH}${key}`;
  }

  async start(): Promise<void> {
    this.server.keepAliveTimeout = 60_000;
    this.server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 });
    await once(this.server, 'listening');
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  /** From now on nobody is answered whose key begins so, until `release`. */
  hold(keys = ''): void {
    this.heldKeys = keys;
    this.held ??= new Set();
  }

  /** Callers that wait for an answer and live. */
  get heldCount(): number {
    return this.held?.size ?? 0;
  }

  release(): void {
    const held = this.held ?? new Set();
    this.held = undefined;
    for (const answer of held) answer();
  }

  private receive(request: IncomingMessage, response: ServerResponse): void {
    if (request.method === 'PUT') return void request.resume().on('end', () => response.end());
    const key = (request.url ?? '').slice(PATH.length);
    const jobId = String(request.headers['idempotency-key'] ?? '');
    this.log.started(key, jobId);
    response.on('finish', () => {
      if (request.socket.destroyed) return; // whoever called has died meanwhile
      this.log.ended(key, jobId);
      this.onEnd();
    });
    const conduct = this.conductOf(key);
    response.setHeader('content-type', this.reply.type);
    if (conduct !== undefined) response.setHeader(CONDUCT_HEADER, conduct).flushHeaders();
    if (conduct !== undefined && isFatal(conduct)) return; // nobody will be there to be answered
    const answer = () => response.end(this.reply.body);
    if (this.held && key.startsWith(this.heldKeys)) this.holdBack(answer, response);
    else setTimeout(answer, this.workMs);
  }

  private holdBack(answer: () => void, response: ServerResponse): void {
    const held = this.held;
    held?.add(answer);
    response.once('close', () => held?.delete(answer));
  }
}
