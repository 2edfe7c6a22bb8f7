import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type Program, startProgram, waitFor } from '@dts/testkit';
import { Redis } from 'ioredis';
import { cutBack } from './cut-back.js';
import type { WatchedDisk } from './shim.js';

/** What production asks for. A control weakens it. */
const DURABLE = {
  appendonly: 'yes',
  appendfsync: 'always',
  'no-appendfsync-on-rewrite': 'no',
  'aof-use-rdb-preamble': 'yes',
  'maxmemory-policy': 'noeviction',
  save: '',
};
/** Another build of the server is proven by naming it here. */
export const { REDIS_SERVER: REDIS_COMMAND = 'redis-server' } = process.env;
const START_MS = 60_000;

export type RedisSettings = Readonly<Record<string, string>>;

export interface RedisProcessOptions {
  readonly settings?: RedisSettings;
  /** Where its data goes; a folder of its own unless given. */
  readonly dir?: string;
  /** Loads the shim; needed for `cutPower`. */
  readonly watch?: (dir: string) => WatchedDisk;
  /** Of the server alone. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A real server of its own that faults can be done to. Its port and data outlive its process. */
export class RedisProcess {
  private readonly programs: Program[] = [];

  private constructor(
    readonly port: number,
    readonly dir: string,
    private readonly settings: RedisSettings,
    readonly disk: WatchedDisk | undefined,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  static async start(options: RedisProcessOptions): Promise<RedisProcess> {
    const redis = await RedisProcess.prepare(options);
    await redis.start();
    return redis;
  }

  /** All but started: its port is known already. */
  static async prepare({ settings = {}, dir, watch, env = {} }: RedisProcessOptions): Promise<RedisProcess> {
    const data = dir ?? (await mkdtemp(join(tmpdir(), 'dts-chaos-redis-')));
    return new RedisProcess(await freePort(), data, settings, watch?.(data), env);
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** What it printed, over all its restarts. */
  get output(): string {
    return this.programs.map((program) => program.output).join('\n');
  }

  get isRunning(): boolean {
    return this.program?.isRunning ?? false;
  }

  /** Resolves once it takes commands, its data loaded. */
  async start(): Promise<void> {
    const settings = { port: String(this.port), bind: '127.0.0.1', dir: this.dir, ...DURABLE, ...this.settings };
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
    // By way of `env`, so that the shim is loaded into the server alone.
    const shim = Object.entries({ ...this.disk?.env, ...this.env }).map(([name, value]) => `${name}=${value}`);
    const program = await startProgram('env', { args: [...shim, REDIS_COMMAND, ...args] });
    this.programs.push(program);
    await this.untilReady(program);
  }

  /** SIGKILL. What was written stays, as the kernel has it. */
  async kill(): Promise<void> {
    await this.program?.kill();
  }

  /**
   * SIGKILL, and the kernel forgets what was not fsynced.
   * @returns bytes lost
   */
  async cutPower(): Promise<number> {
    if (!this.disk) throw new Error('a power cut needs a Redis that was started with the shim');
    await this.kill();
    return cutBack(this.dir, this.disk);
  }

  pause(): void {
    this.program?.signal('SIGSTOP');
  }

  resume(): void {
    this.program?.signal('SIGCONT');
  }

  /** Ends by itself or was ended. */
  async exited(): Promise<void> {
    await this.program?.exited;
  }

  async command(...[name = '', ...args]: string[]): Promise<unknown> {
    const client = new Redis(this.url, { maxRetriesPerRequest: 1, commandTimeout: 10_000 });
    client.on('error', () => {}); // the command that fails says it
    try {
      return await client.call(name, ...args);
    } finally {
      client.disconnect();
    }
  }

  /** Ends it and deletes its data. Fine to repeat. */
  async remove(): Promise<void> {
    await this.kill();
    await rm(this.dir, { recursive: true, force: true });
  }

  private get program(): Program | undefined {
    return this.programs.at(-1);
  }

  private async untilReady(program: Program): Promise<void> {
    const ready = waitFor(
      async () => {
        if (!program.isRunning) return 'ended';
        return String(await this.command('INFO', 'server')).includes(`process_id:${program.pid}\r\n`) && 'ready';
      },
      { timeoutMs: START_MS, describe: 'Redis to take commands' },
    );
    if ((await ready) === 'ended') throw new Error(`Redis ended at its start; ${program.tail}`);
  }
}
