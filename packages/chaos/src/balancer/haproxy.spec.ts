import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Balancer } from './haproxy.js';

/** One that takes what it is asked with it, and one that answers: both are ready. */
let mortal: Server;
let lasting: Server;
let balancer: Balancer;

beforeAll(async () => {
  mortal = await serve((request, response) => (request.url === '/readyz' ? response.end() : request.socket.destroy()));
  lasting = await serve((request, response) => response.writeHead(request.url === '/readyz' ? 200 : 201).end());
  balancer = await Balancer.start([portOf(mortal), portOf(lasting)]);
});
afterAll(async () => {
  await balancer?.stop();
  await Promise.all([end(mortal), end(lasting)]);
});

async function serve(answer: RequestListener): Promise<Server> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
const portOf = (server: Server) => (server.address() as AddressInfo).port;
async function end(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server.close(), 'close');
  server.closeAllConnections();
  await closed;
}
const post = (headers: Record<string, string> = {}) => fetch(`${balancer.url}/v1/jobs`, { method: 'POST', headers, body: '{}' });

describe("the product's HAProxy configuration", () => {
  it('sends a submission that a gateway took with it to the other one, by its key', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => post({ 'idempotency-key': 'k' }))); // both get to see some
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(201));
  });

  it('does not repeat one without a key: its connection ends, or it is told that nobody knows what became of it', async () => {
    const answers = await Promise.allSettled(Array.from({ length: 10 }, () => post()));
    const lost = answers.filter((answer) => answer.status === 'rejected' || answer.value.status !== 201);
    expect(lost.length).toBeGreaterThan(0);
    for (const answer of lost) {
      if (answer.status === 'rejected') continue;
      expect([answer.value.status, answer.value.headers.get('content-type')]).toEqual([502, 'application/problem+json']);
      expect(await answer.value.json()).toMatchObject({ status: 502, code: 'outcome-unknown' });
    }
  });

  it('says when to come back while there is no gateway', async () => {
    await Promise.all([end(mortal), end(lasting)]);
    const answer = await post({ 'idempotency-key': 'k' });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await answer.json()).toMatchObject({ code: 'unavailable' });
  });
});
