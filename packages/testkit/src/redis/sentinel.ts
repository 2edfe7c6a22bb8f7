import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from '../waiting/wait-for.js';
import { type RedisOptions, RedisServer, startOnFreePort } from './redis-server.js';
import { type ReplicaSet, type ReplicaSetOptions, startReplicaSet } from './replica-set.js';

const MASTER = 'mymaster';
const SENTINELS = 3;
/** Milliseconds of silence after which a sentinel takes the master for gone. */
const DOWN_AFTER_MS = 1_000;
const FAILOVER_TIMEOUT_MS = 5_000;
/** Milliseconds between what sentinels otherwise do every one, two or ten seconds; a failover is over sooner so. */
const PERIODS = { 'info-period': 100, 'publish-period': 100, 'ask-period': 100 };

export interface SentinelOptions extends ReplicaSetOptions {
  /** Of the sentinels themselves; `config.requirepass` is that of the data. */
  readonly sentinelPassword?: string;
}

/** One of those who watch. Its settings are a file, which it rewrites. */
class SentinelServer extends RedisServer {
  constructor(
    port: number,
    dir: string,
    options: RedisOptions,
    private readonly lines: readonly string[],
  ) {
    super(port, dir, options);
  }

  protected override async args(): Promise<string[]> {
    const file = join(this.dir, 'sentinel.conf');
    const listening = Object.entries({ ...this.listening(), ...this.config }).map(([name, value]) => `${name} ${value}`);
    if (!existsSync(file)) await writeFile(file, [...listening, ...this.lines, ''].join('\n'));
    return [file, '--sentinel'];
  }
}

/** A master with two replicas, and three sentinels that promote one of them when the master is gone. */
export class SentinelGroup {
  constructor(
    readonly data: ReplicaSet,
    readonly sentinels: readonly RedisServer[],
    private readonly tls: boolean,
  ) {}

  /** Without passwords, which the test knows. */
  get url(): string {
    const nodes = this.sentinels.map((sentinel) => `127.0.0.1:${sentinel.port}`).join(',');
    return `${this.tls ? 'rediss' : 'redis'}+sentinel://${nodes}/${MASTER}`;
  }

  /** The master, as those sentinels see it that run. */
  async master(): Promise<RedisServer> {
    const port = await this.masterPort();
    const master = this.data.servers.find((server) => server.port === port);
    if (!master) throw new Error(`the sentinels name a master that is not of this group, port ${port}`);
    return master;
  }

  /** Resolves with the new master once the sentinels have agreed on another one than `old`, and it takes writes. */
  async untilPromoted(old: RedisServer): Promise<RedisServer> {
    return waitFor(
      async () => {
        const master = await this.master();
        if (master === old) return undefined;
        const replication = await master.info('replication');
        return replication.get('role') === 'master' ? master : undefined;
      },
      { describe: `another master than port ${old.port}`, timeoutMs: 15_000 },
    );
  }

  /** A failover without any fault: what an operator does before maintenance. It takes a second, or up to a minute on a busy machine. */
  async failover(): Promise<RedisServer> {
    const old = await this.master();
    // On a busy machine a sentinel may give up half way, without a word: then it is asked again.
    const move = async () => {
      const master = await this.master();
      if (master === old) await this.sentinels[0]?.call('SENTINEL', 'FAILOVER', MASTER);
      return master !== old;
    };
    await waitFor(move, { describe: 'the master to be moved', timeoutMs: 12 * FAILOVER_TIMEOUT_MS });
    return this.untilPromoted(old);
  }

  async stop(): Promise<void> {
    // First those who would see the rest going.
    await Promise.all(this.sentinels.map((sentinel) => sentinel.stop()));
    await this.data.stop();
  }

  /** Resolves once every sentinel knows of the others and of the replicas: before, no failover is possible. */
  async untilAcquainted(): Promise<void> {
    const knows = async (sentinel: RedisServer) => {
      const [others, replicas] = await Promise.all(['SENTINELS', 'REPLICAS'].map((list) => sentinel.call('SENTINEL', list, MASTER)));
      return (others as unknown[]).length === this.sentinels.length - 1 && (replicas as unknown[]).length === this.data.replicas.length;
    };
    await waitFor(async () => (await Promise.all(this.sentinels.map(knows))).every(Boolean), {
      describe: 'the sentinels to find each other',
      timeoutMs: 10_000,
    });
  }

  private async masterPort(): Promise<number> {
    const running = this.sentinels.filter((sentinel) => sentinel.isRunning);
    const addresses = await Promise.all(running.map((sentinel) => sentinel.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', MASTER)));
    const ports = new Set(addresses.map((address) => Number((address as string[])[1])));
    const [port] = ports;
    if (port === undefined || ports.size > 1)
      throw new Error(`the sentinels disagree on the master: ${[...ports].join(', ') || 'none runs'}`);
    return port;
  }
}

/** @throws Error as `startRedis` */
export async function startSentinel({ sentinelPassword, ...options }: SentinelOptions = {}): Promise<SentinelGroup> {
  const data = await startReplicaSet(options);
  const password = options.config?.requirepass;
  const own = { tls: options.tls, ...(sentinelPassword && { config: { requirepass: sentinelPassword } }) };
  const lines = [
    `sentinel monitor ${MASTER} 127.0.0.1 ${data.master.port} 2`,
    `sentinel down-after-milliseconds ${MASTER} ${DOWN_AFTER_MS}`,
    `sentinel failover-timeout ${MASTER} ${FAILOVER_TIMEOUT_MS}`,
    ...(password ? [`sentinel auth-pass ${MASTER} ${password}`] : []),
  ];
  const started = await Promise.allSettled(
    Array.from({ length: SENTINELS }, () => startOnFreePort((port, dir) => new SentinelServer(port, dir, own, lines))),
  );
  const sentinels = started.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  const group = new SentinelGroup(data, sentinels, options.tls !== undefined);
  try {
    for (const start of started) if (start.status === 'rejected') throw start.reason;
    const hurry = Object.entries(PERIODS).flat();
    await Promise.all(sentinels.map((sentinel) => sentinel.call('SENTINEL', 'DEBUG', ...hurry)));
    await group.untilAcquainted();
    return group;
  } catch (error) {
    await group.stop();
    throw error;
  }
}
