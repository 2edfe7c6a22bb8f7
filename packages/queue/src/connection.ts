import { type Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';
import { type ClusterArguments, FailFastCluster, PatientCluster } from './clusters.js';
import { GatheredRedis } from './gathered-redis.js';
import { parseRedisUrl, type RedisLocation } from './redis-url.js';

export type RedisClient = Redis | Cluster;

/** How to behave while Redis is away: the same for one server, for a set watched by sentinels, and for a cluster. */
interface Manner {
  readonly redis: RedisOptions;
  readonly cluster: ClusterOptions;
  readonly Redis: typeof Redis;
  readonly Cluster: typeof FailFastCluster | typeof PatientCluster;
}

const backoff = (attempt: number) => Math.min(50 * 2 ** (attempt - 1), 500);
const isReadOnly = (error: Error) => error.message.startsWith('READONLY');
const RECONNECT = 1;
const RECONNECT_AND_RESEND = 2;

const ALIKE: RedisOptions = {
  connectTimeout: 1_000,
  retryStrategy: backoff,
  // A Redis that reads its files tells when it expects to be done, and at first it expects far too much: up to 10 s would be waited.
  maxLoadingRetryTime: 200,
  // A sentinel that hangs must not hold up the search for the master, and one that is away is no news.
  sentinelCommandTimeout: 1_000,
  sentinelRetryStrategy: backoff,
};

/**
 * For whoever answers a caller: a command fails within a second rather than wait for a Redis that is away,
 * and nothing is sent twice, because a repeated write whose first reply was lost is a duplicate.
 */
const FAIL_FAST: Manner = {
  redis: {
    ...ALIKE,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    commandTimeout: 1_000,
    // A connection on which nothing comes back is cut off from its server: the next one may lead to a living one.
    socketTimeout: 2_000,
    // A demoted master answers so: the connection must look for the new one.
    reconnectOnError: (error) => isReadOnly(error) && RECONNECT,
  },
  cluster: {
    // Both would send a command again: one that lost its connection may have been applied already.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
  },
  Redis: GatheredRedis,
  Cluster: FailFastCluster,
};

/**
 * For workers: wait for Redis however long it takes. BullMQ forces `maxRetriesPerRequest: null` on the blocking
 * connection only; without it on the other one the running jobs of an outage fail to report, and run twice.
 */
const PATIENT: Manner = {
  redis: {
    ...ALIKE,
    maxRetriesPerRequest: null,
    // ioredis lets a refused one crash the process; whoever listens does it at every connection.
    autoResubscribe: false,
    // As above, but longer than the 10 s for which BullMQ lets a command block.
    socketTimeout: 12_000,
    // What was refused was not applied, so it is safe to send again.
    reconnectOnError: (error) => isReadOnly(error) && RECONNECT_AND_RESEND,
  },
  cluster: {
    // The default gives up after 16, in less time than a failover takes: a job that has run would be called failed.
    maxRedirections: Number.POSITIVE_INFINITY,
    retryDelayOnFailover: 250,
    retryDelayOnClusterDown: 250,
    retryDelayOnMoved: 50,
  },
  Redis,
  Cluster: PatientCluster,
};

/** Milliseconds after which a cluster is asked who serves what: a master that hangs tells nobody that it was replaced. */
const SLOTS_REFRESH_MS = 2_000;
/** Milliseconds in which a Redis that can be worked with has answered. */
const ANSWER_MS = 1_000;

/**
 * Certificates are checked against the authorities that Node trusts; add a private one with NODE_EXTRA_CA_CERTS.
 * @param onError told of every lost connection and failed try to reconnect, which goes on by itself
 */
export function connectProducer(url: string, onError: (error: Error) => void): RedisClient {
  return connect(parseRedisUrl(url), FAIL_FAST, onError);
}

/** @param onError as for `connectProducer` */
export function connectWorker(url: string, onError: (error: Error) => void): RedisClient {
  return connect(parseRedisUrl(url), PATIENT, onError);
}

/**
 * The key prefix for BullMQ and for us. In a cluster it carries a hash tag, so that the keys of a script share a slot.
 */
export function keyPrefix(url: string, prefix: string): string {
  return parseRedisUrl(url).kind === 'cluster' && !prefix.includes('{') ? `{${prefix}}` : prefix;
}

/**
 * Whether the server that has our keys answers now. A connection's `status` does not tell: it stays `ready` on a server
 * that hangs, and in a cluster as long as any node is there.
 * @param prefix as of `keyPrefix`
 */
export async function isAnswering(redis: RedisClient, prefix: string): Promise<boolean> {
  if (redis.status !== 'ready') return false;
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, ANSWER_MS, false);
  });
  const answer = redis.exists(`${prefix}:workers`).then(
    () => true,
    () => false,
  );
  return Promise.race([answer, silence]).finally(() => clearTimeout(timer));
}

function connect(location: RedisLocation, manner: Manner, onError: (error: Error) => void): RedisClient {
  const { credentials, tls } = location;
  const redis: RedisOptions = { ...manner.redis, ...credentials, ...(tls && { tls: {} }) };
  switch (location.kind) {
    case 'single':
      return new manner.Redis({ ...redis, host: location.host, port: location.port }).on('error', onError);
    case 'sentinel':
      return new manner.Redis({ ...redis, ...sentinelOptions(location) }).on('error', onError);
    case 'cluster':
      return new manner.Cluster(
        location.nodes.map((node) => ({ ...node })),
        clusterOptions(redis, manner),
      )
        .on('error', onError)
        .on('node error', onError);
  }
}

function clusterOptions(redis: RedisOptions, manner: Manner): ClusterArguments[1] {
  return {
    ...manner.cluster,
    redisOptions: { ...redis, replyMapping: 'legacy' },
    clusterRetryStrategy: backoff,
    slotsRefreshInterval: SLOTS_REFRESH_MS,
    // A certificate is for the name in the URL; ioredis would connect to its address.
    ...(redis.tls && { dnsLookup: (host, found) => found(null, host) }),
  };
}

function sentinelOptions(location: RedisLocation & { kind: 'sentinel' }): RedisOptions {
  return {
    sentinels: location.nodes.map((node) => ({ ...node })),
    name: location.master,
    sentinelUsername: location.sentinelCredentials.username,
    sentinelPassword: location.sentinelCredentials.password,
    ...(location.tls && { enableTLSForSentinelMode: true, sentinelTLS: {} }),
  };
}
