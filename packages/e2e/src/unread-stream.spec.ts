import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { type App, type Stack, startStack, waitFor } from '@dts/testkit';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Api } from './api.js';

/** Far more than what sockets hold on the way. */
const LINES = 2_000;
const LINE_BYTES = 16_384;

let stack: Stack;
let reader: Socket;

beforeAll(async () => {
  stack = await startStack({ apps: [] });
});
afterAll(async () => {
  reader?.destroy();
  await stack?.stop();
});

it('a reader that takes nothing of its stream does not hold up the end of the gateway', async () => {
  const id = await new Api(stack.url, stack.apiKey).submit('http.request', { url: 'http://nobody.test/' });
  const line = 'x'.repeat(LINE_BYTES);
  for (let written = 0; written < LINES; written += 100) {
    await stack.redis.call('RPUSH', `${stack.prefix}:io:${id}:logs`, ...Array<string>(100).fill(line));
  }
  const gateway = stack.apps.get('gateway') as App;
  reader = connect(gateway.port, '127.0.0.1').on('error', () => {});
  await once(reader, 'connect');
  reader.pause(); // from here on it holds one buffer's worth, and takes no more
  reader.write(`GET /v1/jobs/${id}/events HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer ${stack.apiKey}\r\n\r\n`);
  await waitFor(async () => (await unsentBytes(gateway.port)) > 65_536, { describe: 'the gateway to have more than it can send' });
  expect(await gateway.stop()).toEqual({ code: 0, signal: null });
}, 60_000);

/** What the kernel holds of a server's answers because nobody takes it (proc_net_tcp(5): local address, peer, state, queues). */
async function unsentBytes(port: number): Promise<number> {
  const local = port.toString(16).toUpperCase().padStart(4, '0');
  const lines = (await readFile('/proc/net/tcp', 'utf8')).split('\n').map((line) => line.trim().split(/\s+/));
  const queues = lines.filter((fields) => fields[1]?.endsWith(`:${local}`)).map((fields) => fields[4]?.split(':')[0] ?? '0');
  return Math.max(0, ...queues.map((queue) => Number.parseInt(queue, 16)));
}
