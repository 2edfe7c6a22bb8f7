import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

// Below the range that the kernel takes for outgoing connections, so that a server that is away for a moment
// (killed, to be restarted on the same port) finds its port still free.
const LOWEST = 10_000;
const HIGHEST = 32_000;
const TRIES = 100;

/** A TCP port of 127.0.0.1 on which nothing listens now. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = randomInt(LOWEST, HIGHEST);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port found between ${LOWEST} and ${HIGHEST} on 127.0.0.1`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
