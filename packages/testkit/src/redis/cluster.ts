import { freePort } from '../processes/free-port.js';
import { waitFor } from '../waiting/wait-for.js';
import { type RedisOptions, RedisServer, startOnFreePort } from './redis-server.js';

const SLOTS = 16_384;
/** Milliseconds of silence after which a node counts as gone. */
const NODE_TIMEOUT_MS = 1_000;

export interface ClusterOptions extends RedisOptions {
  /** 3 unless given, the fewest that can agree on anything. */
  readonly masters?: number;
  /** Of each master; none unless given. */
  readonly replicas?: number;
}

/** Several masters that share the keys, each with its replicas. */
export class RedisCluster {
  constructor(
    readonly nodes: readonly RedisServer[],
    private readonly options: ClusterOptions,
  ) {}

  get url(): string {
    return `${this.options.tls ? 'rediss' : 'redis'}+cluster://${this.nodes.map((node) => `127.0.0.1:${node.port}`).join(',')}`;
  }

  /** Who serves a key now, as the first node sees it that runs. */
  async masterOf(key: string): Promise<RedisServer> {
    const asked = this.nodes.find((node) => node.isRunning);
    if (!asked) throw new Error('no node of the cluster runs');
    const slot = Number(await asked.call('CLUSTER', 'KEYSLOT', key));
    const ranges = (await asked.call('CLUSTER', 'SLOTS')) as [from: number, to: number, master: [host: string, port: number]][];
    const port = ranges.find(([from, to]) => slot >= from && slot <= to)?.[2][1];
    const master = this.nodes.find((node) => node.port === port);
    if (!master) throw new Error(`no node serves slot ${slot}`);
    return master;
  }

  /** Resolves with the new master of the key once a replica has taken over from `old`. */
  async untilPromoted(key: string, old: RedisServer): Promise<RedisServer> {
    return waitFor(
      async () => {
        const master = await this.masterOf(key);
        const info = await master.info('replication');
        return master !== old && info.get('role') === 'master' && (await isUp(master)) ? master : undefined;
      },
      { describe: `another master than port ${old.port}`, timeoutMs: 15_000 },
    );
  }

  /** Resolves once every node that runs says that all slots are served. */
  async untilUp(): Promise<void> {
    const running = this.nodes.filter((node) => node.isRunning);
    await waitFor(async () => (await Promise.all(running.map(isUp))).every(Boolean), {
      describe: 'the cluster to be up',
      timeoutMs: 15_000,
    });
  }

  /** Gives the key's slot, and the keys in it, to another master. */
  async moveSlotOf(key: string, to: RedisServer): Promise<void> {
    const from = await this.masterOf(key);
    const slot = Number(await from.call('CLUSTER', 'KEYSLOT', key));
    const [source, target] = await Promise.all([idOf(from), idOf(to)]);
    await to.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', source);
    await from.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', target);
    const keys = (await from.call('CLUSTER', 'GETKEYSINSLOT', slot, 100_000)) as string[];
    if (keys.length > 0) await from.call('MIGRATE', '127.0.0.1', to.port, '', 0, 5_000, 'KEYS', ...keys);
    for (const node of [to, from]) await node.call('CLUSTER', 'SETSLOT', slot, 'NODE', target);
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
  }
}

/** @throws Error as `startRedis` */
export async function startCluster(options: ClusterOptions = {}): Promise<RedisCluster> {
  const { masters = 3, replicas = 0 } = options;
  const started = await Promise.allSettled(Array.from({ length: masters * (1 + replicas) }, () => startNode(options)));
  const nodes = started.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  const cluster = new RedisCluster(nodes, options);
  try {
    for (const start of started) if (start.status === 'rejected') throw start.reason;
    await meet(nodes);
    await shareSlots(nodes.slice(0, masters));
    await Promise.all(nodes.slice(masters).map((replica, index) => follow(replica, nodes[index % masters] as RedisServer)));
    await cluster.untilUp();
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

async function startNode(options: ClusterOptions): Promise<RedisServer> {
  const bus = await freePort();
  const config = {
    'cluster-enabled': 'yes',
    'cluster-port': String(bus),
    'cluster-node-timeout': String(NODE_TIMEOUT_MS),
    'repl-diskless-sync-delay': '0',
    'repl-ping-replica-period': '1',
    ...options.config,
  };
  return startOnFreePort((port, dir) => new RedisServer(port, dir, { ...options, config }));
}

/** Every node gets to know every other, with an epoch of its own each so that they need not settle that first. */
async function meet(nodes: readonly RedisServer[]): Promise<void> {
  await Promise.all(nodes.map((node, index) => node.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1)));
  const [first, ...others] = nodes;
  for (const other of others) {
    const { 'cluster-port': bus } = other.config;
    await first?.call('CLUSTER', 'MEET', '127.0.0.1', other.port, Number(bus));
  }
  const acquainted = async (node: RedisServer) => {
    const known = String(await node.call('CLUSTER', 'NODES'))
      .trim()
      .split('\n');
    return known.length === nodes.length && known.every((line) => !/handshake|noaddr/.test(line) && line.includes(' connected'));
  };
  await waitFor(async () => (await Promise.all(nodes.map(acquainted))).every(Boolean), {
    describe: 'the nodes to meet',
    timeoutMs: 10_000,
  });
}

async function shareSlots(masters: readonly RedisServer[]): Promise<void> {
  const bound = (index: number) => Math.floor((index * SLOTS) / masters.length);
  await Promise.all(masters.map((node, index) => node.call('CLUSTER', 'ADDSLOTSRANGE', bound(index), bound(index + 1) - 1)));
}

async function follow(replica: RedisServer, master: RedisServer): Promise<void> {
  await replica.call('CLUSTER', 'REPLICATE', await idOf(master));
  await waitFor(async () => (await replica.info('replication')).get('master_link_status') === 'up', {
    describe: `port ${replica.port} to follow port ${master.port}`,
    timeoutMs: 10_000,
  });
}

async function idOf(node: RedisServer): Promise<string> {
  return String(await node.call('CLUSTER', 'MYID'));
}

async function isUp(node: RedisServer): Promise<boolean> {
  return String(await node.call('CLUSTER', 'INFO')).includes('cluster_state:ok');
}
