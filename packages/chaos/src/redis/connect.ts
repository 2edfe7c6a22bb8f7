import { Cluster, Redis } from 'ioredis';

export type RedisClient = Redis | Cluster;

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Gives up soon: whoever looks says so, or looks again. */
const OPTIONS = { maxRetriesPerRequest: 3, commandTimeout: 60_000 };
const SENTINEL_PORT = 26_379;
const REDIS_PORT = 6_379;

/**
 * Connects to what the apps' REDIS_URL names: one server, a set watched by sentinels, or a cluster.
 * @throws TypeError when it is none of them
 */
export function connectRedis(url: string): RedisClient {
  const client = toClient(url);
  client.on('error', () => {}); // the command that fails says it
  return client;
}

function toClient(url: string): RedisClient {
  const [, scheme = '', login = '', hosts = '', path = ''] = /^([a-z+]+):\/\/(?:([^@/]*)@)?([^/?]+)\/?([^?]*)/.exec(url) ?? [];
  const options = { ...OPTIONS, ...readLogin(login), ...(scheme.startsWith('rediss') && { tls: {} }) };
  if (scheme.endsWith('+sentinel'))
    return new Redis({ ...options, sentinels: readHosts(hosts, SENTINEL_PORT), name: decodeURIComponent(path) });
  if (scheme.endsWith('+cluster')) return new Cluster(readHosts(hosts, REDIS_PORT), { redisOptions: options });
  return new Redis(url, OPTIONS);
}

/** Every key that matches, once, in all of a cluster's masters. */
export async function scanKeys(client: RedisClient, match: string): Promise<string[]> {
  const keys = new Set<string>();
  const nodes = client instanceof Cluster ? await mastersOf(client) : [client];
  for (const node of nodes)
    for await (const batch of node.scanStream({ match, count: 1_000 })) for (const key of batch as string[]) keys.add(key);
  return [...keys];
}

/** Known once the cluster was asked for the first time. */
async function mastersOf(cluster: Cluster): Promise<Redis[]> {
  await cluster.ping();
  return cluster.nodes('master');
}

function readHosts(hosts: string, defaultPort: number): Address[] {
  return hosts.split(',').map((text) => {
    const { hostname, port } = new URL(`redis://${text}`);
    return { host: hostname, port: Number(port || defaultPort) };
  });
}

function readLogin(login: string): { username?: string; password?: string } {
  const [username = '', password = ''] = login.split(':').map(decodeURIComponent);
  return { ...(username && { username }), ...(password && { password }) };
}
