import { provideApiKey } from './api-key.js';
import { type AppEntries, type AppName, appPrograms, baseUrl } from './apps.js';
import type { DataDir } from './data-dir.js';
import { embeddedRedis } from './embedded-redis.js';
import type { LocalEnv } from './env.js';
import { assertReachable } from './external-redis.js';
import { forgetRedis, stopLeftoverRedis } from './leftover-redis.js';
import { findPort } from './ports.js';
import type { Program } from './program.js';
import { ProgramLog } from './program-log.js';
import { publishRedisUrl, withdrawRedisUrl } from './running-redis.js';
import { SupervisedProcess } from './supervised-process.js';
import type { Terminal } from './terminal.js';
import { unreadiness } from './unreadiness.js';

/** Milliseconds after which a person wonders. */
const SLOW_LOAD_MS = 3_000;

export interface StackSettings {
  readonly env: LocalEnv;
  /** What this process was started with, and hands on to the apps. */
  readonly processEnv: NodeJS.ProcessEnv;
  readonly dataDir: DataDir;
  /** The gateway's, known to be free. */
  readonly port: number;
  readonly entries: AppEntries;
  readonly terminal: Terminal;
}

export interface StackFacts {
  readonly host: string;
  readonly ports: Readonly<Record<AppName, number>>;
  /** Undefined when the operator has given the keys. */
  readonly apiKeyFile: string | undefined;
  readonly dataDir: DataDir;
  /** What keeps the gateway from its promise, a line each. */
  readonly warnings: readonly string[];
}

/** Redis and the three apps on this machine: started in order, kept running, stopped in order. */
export class Stack {
  /** Rejects with a StartError when a part is given up; never resolves. */
  readonly failed: Promise<never>;
  #fail: (error: unknown) => void = () => {};
  readonly #stopping = new AbortController();
  readonly #logs: ProgramLog[] = [];
  readonly #apps: SupervisedProcess[] = [];
  #redis: SupervisedProcess | undefined;

  constructor(private readonly settings: StackSettings) {
    this.failed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    this.failed.catch(() => {}); // nobody may be listening when it happens
  }

  /** Resolves when everything is ready. @throws StartError */
  async start(): Promise<StackFacts> {
    const { env, processEnv, dataDir, entries } = this.settings;
    const key = env.API_KEYS || env.API_KEYS_FILE ? undefined : provideApiKey(dataDir.root);
    const redisUrl = env.REDIS_URL ?? (await this.#startRedis());
    if (env.REDIS_URL) await assertReachable(env.REDIS_URL);
    publishRedisUrl(dataDir.root, redisUrl);
    const ports = await this.#assignPorts();
    const programs = appPrograms(entries, { env, processEnv, ports, redisUrl, apiKeys: key?.apiKeys });
    this.#apps.push(...programs.map((program) => this.#supervise(program)));
    await Promise.all(this.#apps.map((app) => app.start()));
    const warnings = await unreadiness(baseUrl(env.HOST, ports.gateway));
    return { host: env.HOST, ports, apiKeyFile: key?.path, dataDir, warnings };
  }

  /** Lets running jobs finish, then ends everything, Redis last. Fine while it starts. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#apps.map((app) => app.stop()));
    withdrawRedisUrl(this.settings.dataDir.root);
    if (this.#redis) {
      await this.#redis.stop();
      forgetRedis(this.settings.dataDir.redis);
    }
    await Promise.all(this.#logs.map((log) => log.close()));
  }

  /** Makes a `stop` under way end at once: jobs that run are recovered by the next worker. Redis still closes its file. */
  killApps(): void {
    for (const app of this.#apps) app.kill();
  }

  async #startRedis(): Promise<string> {
    const { dataDir, env, terminal } = this.settings;
    const leftover = await stopLeftoverRedis(dataDir.redis);
    if (leftover) terminal.say(`Stopped the Redis that an earlier stack left behind (process ${leftover}).`);
    const { program, url } = await embeddedRedis(dataDir, env.DURABILITY === 'fast' ? 'everysec' : 'always');
    const slow = setTimeout(() => terminal.say('Redis is loading its data …'), SLOW_LOAD_MS);
    try {
      this.#redis = this.#supervise(program);
      await this.#redis.start();
    } finally {
      clearTimeout(slow);
    }
    return url;
  }

  /** @throws Error once the stack stops: what `stop` does not know of must not start any more. */
  #supervise(program: Program): SupervisedProcess {
    this.#stopping.signal.throwIfAborted();
    const log = new ProgramLog(program.name, this.settings.dataDir.logs, this.settings.terminal);
    this.#logs.push(log);
    const supervised = new SupervisedProcess(program, log);
    supervised.failed.catch(this.#fail);
    return supervised;
  }

  async #assignPorts(): Promise<Record<AppName, number>> {
    const { env, port } = this.settings;
    const worker = await findPort(env.HOST, port + 1);
    const scaler = await findPort(env.HOST, Math.max(port + 2, worker + 1));
    return { gateway: port, worker, scaler };
  }
}
