import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Of connections that are not accepted yet; the kernel may allow fewer. */
const BACKLOG = 16_384;
/** Longer than callers keep a connection they do not use, so that none is closed just when a request is sent on it. */
const KEEP_ALIVE_MS = 75_000;

/** Where the jobs of a run arrive: any request to `<url>/<number>`. */
export interface Receiver {
  readonly url: string;
  close(): Promise<void>;
}

/** Listens on a free port of loopback and tells the number of each request that arrives. Answers 204. */
export async function startReceiver(onArrival: (number: number) => void): Promise<Receiver> {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    onArrival(Number(/^\/(\d+)$/.exec(request.url ?? '')?.[1] ?? Number.NaN));
    request.resume();
    response.writeHead(204).end();
  });
  server.listen({ host: '127.0.0.1', port: 0, backlog: BACKLOG });
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
