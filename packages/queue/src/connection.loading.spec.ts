import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connectProducer, connectWorker } from './connection.js';

const LOADING = 'loading:1\r\nloading_eta_seconds:600\r\n';
const READY = 'loading:0\r\n';

/** A real Redis expects too much only in the first moments of a long load: this one says always the same. */
describe('a Redis that is loading', () => {
  let server: Server;
  let looks: number;

  beforeEach(async () => {
    looks = 0;
    server = createServer((socket) => {
      socket.on('error', () => {}); // the client goes when it has seen enough
      socket.on('data', (bytes) => {
        for (const command of String(bytes).matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g)) {
          const info = command[1]?.toLowerCase() === 'info' ? (++looks > 1 ? READY : LOADING) : undefined;
          socket.write(info === undefined ? '+OK\r\n' : `$${info.length}\r\n${info}\r\n`);
        }
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(() => {
    server.close();
  });

  it.each([connectProducer, connectWorker])('is looked at again soon, whatever it expects', async (connect) => {
    const redis = connect(`redis://127.0.0.1:${(server.address() as AddressInfo).port}`, () => {});
    const startedAt = performance.now();
    await once(redis, 'ready');
    expect(looks).toBe(2);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    redis.disconnect();
  });
});
