import { waitFor } from '../waiting/wait-for.js';
import { type RedisOptions, RedisServer, startOnFreePort, startRedis } from './redis-server.js';

/** A new replica is served at once, and a master that is gone is noticed within a second. */
const FAST = { 'repl-diskless-sync-delay': '0', 'repl-ping-replica-period': '1' };

export interface ReplicaSetOptions extends RedisOptions {
  /** Servers beside the master; 2 unless given. */
  readonly replicas?: number;
}

/** A master and its replicas, all in step when this resolves; nobody watches them. */
export class ReplicaSet {
  constructor(
    readonly master: RedisServer,
    readonly replicas: readonly RedisServer[],
  ) {}

  get servers(): readonly RedisServer[] {
    return [this.master, ...this.replicas];
  }

  /** Resolves once the master sees this many replicas in step. */
  async untilReplicas(count: number, master = this.master): Promise<void> {
    await waitFor(async () => onlineReplicas(await master.info('replication')) === count, {
      describe: `${count} replicas in step with port ${master.port}`,
      timeoutMs: 10_000,
    });
  }

  /**
   * Resolves once every replica has its own append-only file. After a sync it writes a new one, and until that is done a
   * replica that is killed comes back with less than it acknowledged.
   */
  async untilOnDisk(): Promise<void> {
    const isOnDisk = async (replica: RedisServer) => {
      const persistence = await replica.info('persistence');
      return ['aof_rewrite_in_progress', 'aof_rewrite_scheduled'].every((field) => persistence.get(field) === '0');
    };
    await waitFor(async () => (await Promise.all(this.replicas.map(isOnDisk))).every(Boolean), {
      describe: 'the replicas to write their append-only files',
      timeoutMs: 10_000,
    });
  }

  /** Makes a master of a replica by hand, with what it has. */
  async promote(replica: RedisServer): Promise<void> {
    await replica.call('REPLICAOF', 'NO', 'ONE');
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()));
  }
}

/** @throws Error as `startRedis` */
export async function startReplicaSet({ replicas: count = 2, ...options }: ReplicaSetOptions = {}): Promise<ReplicaSet> {
  const password = options.config?.requirepass;
  const config = { ...FAST, ...(password && { masterauth: password }), ...options.config };
  const master = await startRedis({ ...options, config });
  const following = { ...options, config: { ...config, replicaof: `127.0.0.1 ${master.port}` } };
  const started = await Promise.allSettled(
    Array.from({ length: count }, () => startOnFreePort((port, dir) => new RedisServer(port, dir, following))),
  );
  const set = new ReplicaSet(
    master,
    started.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : [])),
  );
  try {
    for (const start of started) if (start.status === 'rejected') throw start.reason;
    await set.untilReplicas(count);
    await set.untilOnDisk();
    return set;
  } catch (error) {
    await set.stop();
    throw error;
  }
}

function onlineReplicas(replication: ReadonlyMap<string, string>): number {
  return [...replication].filter(([name, value]) => /^slave\d+$/.test(name) && value.includes('state=online')).length;
}
