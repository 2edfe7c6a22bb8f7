import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { pingRedis } from './redis-ping.js';
import { StartError } from './start-error.js';

const TRIES = 2;
const PAUSE_MS = 500;
const CONNECT_MS = 1_200;
const URL_PARTS = /^(rediss?)(\+sentinel|\+cluster)?:\/\/(?:[^@/]*@)?([^/?#]+)/;

/**
 * Looks whether the Redis that REDIS_URL names answers, for about three seconds.
 * @throws StartError that names the host, never the password.
 */
export async function assertReachable(url: string): Promise<void> {
  const [, , kind, hosts = ''] = URL_PARTS.exec(url) ?? [];
  let problem = await check(url, kind, hosts);
  for (let tries = 1; problem !== undefined && tries < TRIES; tries += 1) {
    await delay(PAUSE_MS);
    problem = await check(url, kind, hosts);
  }
  if (problem !== undefined)
    throw new StartError(`Redis at ${hosts} cannot be used (${problem}): check REDIS_URL, or unset it to run an embedded one.`);
}

async function check(url: string, kind: string | undefined, hosts: string): Promise<string | undefined> {
  if (kind) return checkNodes(hosts.split(','), kind === '+sentinel' ? 26_379 : 6_379);
  const problem = await pingRedis(url, CONNECT_MS);
  return problem?.startsWith('LOADING') ? undefined : problem;
}

/** One node that accepts a connection is enough: finding the others is the apps' business. */
async function checkNodes(nodes: readonly string[], defaultPort: number): Promise<string | undefined> {
  const outcomes = await Promise.all(nodes.map((node) => tryConnect(node, defaultPort)));
  return outcomes.includes(undefined) ? undefined : outcomes[0];
}

function tryConnect(node: string, defaultPort: number): Promise<string | undefined> {
  const [, host = node, port] = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(node) ?? [];
  return new Promise((resolve) => {
    const socket = connect({ host: host.replace(/^\[|\]$/g, ''), port: Number(port ?? defaultPort), timeout: CONNECT_MS });
    const finish = (problem?: string) => {
      socket.destroy();
      resolve(problem);
    };
    socket.once('connect', () => finish());
    socket.once('timeout', () => finish('no answer'));
    socket.once('error', (error: NodeJS.ErrnoException) => finish(error.code ?? error.message));
  });
}
