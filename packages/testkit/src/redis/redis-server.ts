import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../processes/free-port.js';
import { type Program, startProgram } from '../processes/program.js';
import { within } from '../waiting/within.js';
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
}

/** A real server of its own on loopback. Its data lives until `stop`. */
export class RedisServer {
  #program: Program | undefined;

  constructor(
    readonly port: number,
    readonly dir: string,
    private readonly config: Readonly<Record<string, string>>,
  ) {}

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.#running().pid;
  }

  /** Ends it and deletes its data. Fine to repeat, and after `kill`. */
  async stop(): Promise<void> {
    await this.#program?.stop();
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
    const settings = { port: String(this.port), bind: '127.0.0.1', dir: this.dir, ...DURABLE, ...this.config };
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
    const program = await startProgram(findRedisCommand(), { args });
    this.#program = program;
    try {
      await within(this.#untilReady(program), START_TIMEOUT_MS, () => `Redis to take commands; ${program.tail}`);
    } catch (error) {
      await program.kill();
      throw error;
    }
  }

  async #untilReady(program: Program): Promise<void> {
    const client = new Redis({
      host: '127.0.0.1',
      port: this.port,
      password: this.config.requirepass,
      maxRetriesPerRequest: null,
      retryStrategy: () => 20,
    });
    client.on('error', () => {}); // refused until it listens
    const exited = program.exited.then(() => Promise.reject(new Error(`Redis ended at its start; ${program.tail}`)));
    try {
      const info = await Promise.race([client.info('server'), exited]);
      if (!info.includes(`process_id:${program.pid}\r\n`)) throw new Error(`another Redis listens on port ${this.port}`);
    } finally {
      exited.catch(() => {}); // it will end some day
      client.disconnect();
    }
  }

  #running(): Program {
    if (!this.#program?.isRunning) throw new Error('Redis is not running');
    return this.#program;
  }
}

/** @throws Error that says how to install a server when there is none, or why it did not start. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  findRedisCommand();
  for (let tries = 1; ; tries++) {
    const dir = await mkdtemp(join(tmpdir(), 'dts-redis-'));
    const server = new RedisServer(await freePort(), dir, options.config ?? {});
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
