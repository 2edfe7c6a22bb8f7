import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { parseRedisUrl, type RedisLocation } from './redis-url.js';

export type RedisClient = Redis | Cluster;

/**
 * For whoever answers a caller: a command fails within a second rather than wait for a Redis that is away,
 * and nothing is sent twice, because a repeated write whose first reply was lost is a duplicate.
 */
const FAIL_FAST: RedisOptions = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  commandTimeout: 1_000,
  connectTimeout: 1_000,
  retryStrategy: (attempt) => Math.min(50 * 2 ** (attempt - 1), 500),
};

/**
 * For workers: wait for Redis however long it takes. BullMQ forces `maxRetriesPerRequest: null` on the blocking
 * connection only; without it on the other one the running jobs of an outage fail to report, and run twice.
 */
const PATIENT: RedisOptions = {
  maxRetriesPerRequest: null,
  connectTimeout: 1_000,
  retryStrategy: (attempt) => Math.min(50 * 2 ** (attempt - 1), 500),
};

/** @param onError told of every lost connection and failed try to reconnect, which goes on by itself */
export function connectProducer(url: string, onError: (error: Error) => void): RedisClient {
  return connect(parseRedisUrl(url), FAIL_FAST).on('error', onError);
}

/** @param onError as for `connectProducer` */
export function connectWorker(url: string, onError: (error: Error) => void): RedisClient {
  return connect(parseRedisUrl(url), PATIENT).on('error', onError);
}

/**
 * The key prefix for BullMQ and for us. In a cluster it carries a hash tag, so that the keys of a script share a slot.
 */
export function keyPrefix(url: string, prefix: string): string {
  return parseRedisUrl(url).kind === 'cluster' && !prefix.includes('{') ? `{${prefix}}` : prefix;
}

function connect(location: RedisLocation, options: RedisOptions): RedisClient {
  const common: RedisOptions = { ...options, ...location.credentials, ...(location.tls && { tls: {} }) };
  switch (location.kind) {
    case 'single':
      return new Redis({ ...common, host: location.host, port: location.port });
    case 'sentinel':
      return new Redis({
        ...common,
        sentinels: location.nodes.map((node) => ({ ...node })),
        name: location.master,
        ...(location.tls && { enableTLSForSentinelMode: true }),
        // A demoted master answers READONLY: the connection must look for the new one.
        reconnectOnError: (error) => error.message.startsWith('READONLY'),
      });
    case 'cluster':
      return new Cluster(
        location.nodes.map((node) => ({ ...node })),
        { redisOptions: common, enableOfflineQueue: options.enableOfflineQueue ?? true, clusterRetryStrategy: options.retryStrategy },
      );
  }
}
