import type { RedisClient } from './connection.js';
import { callAtNodeOf } from './node-of-key.js';

/** What the Redis that has our keys tells of itself. Sizes are in bytes. */
export interface RedisServerState {
  /** Another one after each start. */
  readonly runId: string;
  readonly uptimeSeconds: number;
  readonly memoryUsed: number;
  /** 0 where nothing bounds it. */
  readonly memoryMax: number;
  readonly aofEnabled: boolean;
  readonly aofLastWriteOk: boolean;
  /** Calls of fsync that have not ended. */
  readonly aofPendingFsyncs: number;
  readonly aofDelayedFsyncs: number;
  readonly aofRewriting: boolean;
  readonly clients: number;
  readonly replicas: number;
  readonly commandsTotal: number;
  readonly cpuSeconds: number;
  readonly evictedKeys: number;
}

/** @param prefix as of `keyPrefix` @throws when Redis does not answer */
export async function readRedisServer(redis: RedisClient, prefix: string): Promise<RedisServerState> {
  const fields = parseInfo(String(await callAtNodeOf(redis, prefix, 'INFO')));
  const number = (name: string) => Number(fields.get(name) ?? 0);
  return {
    runId: fields.get('run_id') ?? '',
    uptimeSeconds: number('uptime_in_seconds'),
    memoryUsed: number('used_memory'),
    memoryMax: number('maxmemory'),
    aofEnabled: number('aof_enabled') === 1,
    aofLastWriteOk: fields.get('aof_last_write_status') === 'ok',
    aofPendingFsyncs: number('aof_pending_bio_fsync'),
    aofDelayedFsyncs: number('aof_delayed_fsync'),
    aofRewriting: number('aof_rewrite_in_progress') === 1,
    clients: number('connected_clients'),
    replicas: number('connected_slaves'),
    commandsTotal: number('total_commands_processed'),
    cpuSeconds: number('used_cpu_sys') + number('used_cpu_user'),
    evictedKeys: number('evicted_keys'),
  };
}

function parseInfo(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\r\n').map((line) => [line.indexOf(':'), line] as const);
  return new Map(lines.flatMap(([colon, line]) => (colon > 0 ? [[line.slice(0, colon), line.slice(colon + 1)]] : [])));
}
