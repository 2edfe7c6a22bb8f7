/** Where Redis is: one server, a set watched by sentinels, or a cluster. */
export type RedisLocation =
  | { readonly kind: 'single'; readonly host: string; readonly port: number; readonly tls: boolean; readonly credentials: RedisCredentials }
  | {
      readonly kind: 'sentinel';
      readonly nodes: readonly RedisNode[];
      readonly master: string;
      readonly tls: boolean;
      readonly credentials: RedisCredentials;
      /** Of the sentinels themselves, which often ask for none. */
      readonly sentinelCredentials: RedisCredentials;
    }
  | { readonly kind: 'cluster'; readonly nodes: readonly RedisNode[]; readonly tls: boolean; readonly credentials: RedisCredentials };

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

export interface RedisCredentials {
  readonly username?: string;
  readonly password?: string;
  readonly db?: number;
}

const FORMS = 'redis://host:6379, rediss://host:6379, redis+sentinel://h1:26379,h2:26379/master, redis+cluster://h1:6379,h2:6379';
const SCHEME =
  /^(redis|rediss|redis\+sentinel|rediss\+sentinel|redis\+cluster|rediss\+cluster):\/\/(?:([^@/]*)@)?([^/?#]+)(?:\/([^?#]*))?(?:\?([^#]*))?$/;

/**
 * Reads a Redis URL.
 * @throws Error that names the accepted forms; the URL itself is left out, it may carry a password.
 */
export function parseRedisUrl(url: string): RedisLocation {
  const match = SCHEME.exec(url.trim());
  if (!match?.[1] || !match[3]) throw new Error(`not a Redis URL; use one of: ${FORMS}`);
  const [, scheme, login, hosts, path = '', query] = match;
  const tls = scheme.startsWith('rediss');
  const credentials = readCredentials(login);
  if (scheme.endsWith('+sentinel')) {
    const sentinelCredentials = readSentinelCredentials(query);
    return { kind: 'sentinel', nodes: readNodes(hosts, 26379), tls, credentials, sentinelCredentials, master: required(path) };
  }
  if (query !== undefined) throw new Error(`not a Redis URL; use one of: ${FORMS}`);
  if (scheme.endsWith('+cluster')) return { kind: 'cluster', nodes: readNodes(hosts, 6379), tls, credentials };
  const nodes = readNodes(hosts, 6379);
  const [node] = nodes;
  if (!node || nodes.length > 1) throw new Error(`several hosts need redis+sentinel:// or redis+cluster://; use one of: ${FORMS}`);
  return { kind: 'single', ...node, tls, credentials: { ...credentials, ...readDatabase(path) } };
}

function required(master: string): string {
  if (master === '') throw new Error('a Sentinel URL ends in the name of the master: redis+sentinel://h1:26379/mymaster');
  return decode(master);
}

function readDatabase(path: string): { db?: number } {
  if (path === '') return {};
  if (!/^\d{1,4}$/.test(path)) throw new Error('the path of a Redis URL is the number of a database: redis://host:6379/0');
  return { db: Number(path) };
}

function readCredentials(login: string | undefined): RedisCredentials {
  if (!login) return {};
  const colon = login.indexOf(':');
  const username = decode(colon < 0 ? login : login.slice(0, colon));
  const password = colon < 0 ? undefined : decode(login.slice(colon + 1));
  return { ...(username && { username }), ...(password && { password }) };
}

function readSentinelCredentials(query = ''): RedisCredentials {
  const { sentinelUsername, sentinelPassword, ...others } = Object.fromEntries(query.split('&').map(readSetting));
  // Not quoted: it may be a part of a password.
  if (Object.keys(others).some((name) => name !== '')) {
    throw new Error('a Sentinel URL takes ?sentinelUsername=…&sentinelPassword=…, the login of the sentinels themselves, and nothing else');
  }
  return { ...(sentinelUsername && { username: sentinelUsername }), ...(sentinelPassword && { password: sentinelPassword }) };
}

function readSetting(text: string): [name: string, value: string] {
  const equals = text.indexOf('=');
  return equals < 0 ? [text, ''] : [text.slice(0, equals), decode(text.slice(equals + 1))];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error('a "%" of the Redis URL starts no escape: write it as %25');
  }
}

function readNodes(hosts: string, defaultPort: number): RedisNode[] {
  return hosts.split(',').map((text) => {
    const match = /^(\[[0-9a-fA-F:.]+\]|[^:@\s[\]]+)(?::(\d{1,5}))?$/.exec(text.trim());
    const port = Number(match?.[2] ?? defaultPort);
    // Not quoted: where an "@" or "/" of a password is not escaped, this is a part of it.
    if (!match?.[1] || port < 1 || port > 65535) {
      throw new Error(`a host of the Redis URL is not host:port (in a password, write "@" as %40 and "/" as %2F); use one of: ${FORMS}`);
    }
    return { host: match[1].replace(/^\[|\]$/g, ''), port };
  });
}
