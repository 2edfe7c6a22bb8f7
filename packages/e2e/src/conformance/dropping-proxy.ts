import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Passes requests on to a gateway; drops its answer to one whose path `drops` finds, once it is there. */
export class DroppingProxy implements AsyncDisposable {
  /** Paths whose answers were dropped. */
  readonly dropped: string[] = [];
  readonly #server;

  private constructor(target: string, drops: (path: string) => boolean) {
    this.#server = createServer(async (request, response) => {
      const path = request.url ?? '';
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { authorization = '' } = request.headers;
      const headers = { authorization, 'content-type': 'application/json' };
      const answer = await fetch(target + path, { method: 'POST', headers, body: Buffer.concat(chunks) });
      const text = await answer.text();
      if (drops(path)) {
        this.dropped.push(path);
        request.socket.resetAndDestroy();
      } else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
    });
  }

  static async start(target: string, drops: (path: string) => boolean): Promise<DroppingProxy> {
    const proxy = new DroppingProxy(target, drops);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
