import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RedisOptions as ClientOptions, Redis } from 'ioredis';
import { freePort } from '../processes/free-port.js';
import { type Program, startProgram } from '../processes/program.js';
import { within } from '../waiting/within.js';
import type { Certificates } from './certificates.js';
import { findRedisCommand } from './redis-command.js';

/** What production asks for; a weaker setting is an override that a test makes on purpose. */
const DURABLE = {
  appendonly: 'yes',
  appendfsync: 'always',
  'no-appendfsync-on-rewrite': 'no',
  'aof-use-rdb-preamble': 'yes',
  'maxmemory-policy': 'noeviction',
  save: '',
};
const START_TIMEOUT_MS = 10_000;
const PORT_TRIES = 3;

export interface RedisOptions {
  /** Settings of redis.conf, by name, over the durable defaults. */
  readonly config?: Readonly<Record<string, string>>;
  /** Listens for TLS, and for nothing else. The files stay the caller's. */
  readonly tls?: Certificates;
}

/** A real server of its own on loopback. Its data lives until `stop`. */
export class RedisServer {
  #program: Program | undefined;

  constructor(
    readonly port: number,
    readonly dir: string,
    protected readonly options: RedisOptions = {},
  ) {}

  get url(): string {
    return `${this.options.tls ? 'rediss' : 'redis'}://127.0.0.1:${this.port}`;
  }

  /** What was set over the defaults. */
  get config(): Readonly<Record<string, string>> {
    return this.options.config ?? {};
  }

  get pid(): number {
    return this.#running().pid;
  }

  get isRunning(): boolean {
    return this.#program?.isRunning ?? false;
  }

  /** Kills it, since nothing is left to be kept, and deletes its data. Fine to repeat, and after `kill`. */
  async stop(): Promise<void> {
    // Not SIGTERM: Redis forgets it while it writes its first append-only file, and waits for replicas that are behind.
    await this.#program?.kill();
    this.#program = undefined;
    await rm(this.dir, { recursive: true, force: true });
  }

  /** SIGKILL; the data stays for `restart`. */
  async kill(): Promise<void> {
    await this.#program?.kill();
  }

  /** Runs again on the same port and data, after `kill` or in place. */
  async restart(): Promise<void> {
    await this.#program?.stop();
    await this.start();
  }

  /** Stops the process in its tracks: connections stay open and nothing answers. */
  pause(): void {
    this.#running().signal('SIGSTOP');
  }

  resume(): void {
    this.#running().signal('SIGCONT');
  }

  /** Resolves once it takes commands, the append-only file loaded. */
  async start(): Promise<void> {
    const program = await startProgram(findRedisCommand(), { args: await this.args() });
    this.#program = program;
    try {
      await within(this.#untilReady(program), START_TIMEOUT_MS, () => `Redis to take commands; ${program.tail}`);
    } catch (error) {
      await program.kill();
      throw error;
    }
  }

  /** One command, on a connection of its own, by whoever may do everything. @throws Error when it is refused or the server is away */
  async call(command: string, ...args: readonly (string | number)[]): Promise<unknown> {
    const client = this.#connect({ retryStrategy: () => null, connectTimeout: START_TIMEOUT_MS });
    try {
      return await client.call(command, ...args);
    } finally {
      client.disconnect();
    }
  }

  /** The lines `name:value` of INFO, by name. */
  async info(section: string): Promise<ReadonlyMap<string, string>> {
    const lines = String(await this.call('INFO', section)).split('\r\n');
    return new Map(
      lines.filter((line) => line.includes(':')).map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
    );
  }

  /** The command line. */
  protected async args(): Promise<string[]> {
    return Object.entries({ ...this.listening(), ...DURABLE, ...this.config }).flatMap(([name, value]) => [`--${name}`, value]);
  }

  /** Where it listens and keeps its files. */
  protected listening(): Record<string, string> {
    const { tls } = this.options;
    const port = String(this.port);
    const common = { bind: '127.0.0.1', dir: this.dir };
    if (!tls) return { port, ...common };
    const files = { 'tls-cert-file': tls.certFile, 'tls-key-file': tls.keyFile, 'tls-ca-cert-file': tls.caFile };
    return { port: '0', 'tls-port': port, ...common, ...files, 'tls-auth-clients': 'no', 'tls-replication': 'yes', 'tls-cluster': 'yes' };
  }

  async #untilReady(program: Program): Promise<void> {
    const client = this.#connect({ maxRetriesPerRequest: null, retryStrategy: () => 20 });
    const exited = program.exited.then(() => Promise.reject(new Error(`Redis ended at its start; ${program.tail}`)));
    try {
      const info = await Promise.race([client.info('server'), exited]);
      if (!info.includes(`process_id:${program.pid}\r\n`)) throw new Error(`another Redis listens on port ${this.port}`);
    } finally {
      exited.catch(() => {}); // it will end some day
      client.disconnect();
    }
  }

  #connect(options: ClientOptions): Redis {
    const { tls } = this.options;
    const client = new Redis({
      host: '127.0.0.1',
      port: this.port,
      password: this.config.requirepass,
      ...(tls && { tls: { ca: tls.ca, servername: 'localhost' } }),
      ...options,
    });
    return client.on('error', () => {}); // refused until it listens; else the command tells
  }

  #running(): Program {
    if (!this.#program?.isRunning) throw new Error('Redis is not running');
    return this.#program;
  }
}

/** @throws Error that says how to install a server when there is none, or why it did not start. */
export function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  return startOnFreePort((port, dir) => new RedisServer(port, dir, options));
}

/** Starts what `create` makes of a free port and a new folder. */
export async function startOnFreePort<Server extends RedisServer>(create: (port: number, dir: string) => Server): Promise<Server> {
  findRedisCommand();
  for (let tries = 1; ; tries++) {
    const server = create(await freePort(), await mkdtemp(join(tmpdir(), 'dts-redis-')));
    try {
      await server.start();
      return server;
    } catch (error) {
      await server.stop();
      // Between finding a free port and listening on it, someone else may have taken it.
      if (tries === PORT_TRIES || !/Address already in use|another Redis/.test(String(error))) throw error;
    }
  }
}
