import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { StartError } from './start-error.js';

// Below the range that kernels take for outgoing connections: while a server is away for a moment, one of those could
// otherwise take its port, even a client that tries to reconnect to it.
const LOWEST = 20_000;
const HIGHEST = 30_000;
const TRIES = 100;

/**
 * The port that the gateway will get; 0 is replaced by a free one.
 * @throws StartError when something listens there, or HOST is no address of this machine.
 */
export async function claimPort(host: string, port: number): Promise<number> {
  try {
    return await probe(host, port);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') throw new StartError(`Port ${port} on ${host} is already in use: stop what uses it, or set PORT.`);
    if (code === 'EACCES') throw new StartError(`Port ${port} on ${host} needs privileges: set PORT to 1024 or more.`);
    throw new StartError(`The gateway cannot listen on HOST ${host}: ${message}.`);
  }
}

/** The preferred port when it is free, else any free one. */
export async function findPort(host: string, preferred: number): Promise<number> {
  if (preferred <= 65_535 && (await isFree(host, preferred))) return preferred;
  return freePort(host);
}

/** A port on which nothing listens now, from a range that outgoing connections leave alone. */
export async function freePort(host: string): Promise<number> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = randomInt(LOWEST, HIGHEST);
    if (await isFree(host, port)) return port;
  }
  throw new StartError(`No free port found between ${LOWEST} and ${HIGHEST} on ${host}.`);
}

function isFree(host: string, port: number): Promise<boolean> {
  return probe(host, port).then(
    () => true,
    () => false,
  );
}

async function probe(host: string, port: number): Promise<number> {
  const server = createServer().listen({ host, port, exclusive: true });
  await once(server, 'listening');
  const taken = (server.address() as AddressInfo).port;
  server.close();
  await once(server, 'close');
  return taken;
}
