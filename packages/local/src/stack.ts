import { provideApiKey } from './api-key.js';
import { type AppEntries, type AppSettings, appPrograms, baseUrl, type SingleApp, workerProgram } from './apps.js';
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
import { type StartWorker, WorkerPools } from './worker-pools.js';

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
  readonly ports: Readonly<Record<SingleApp, number>>;
  /** Those that run as the stack gets ready; later there may be more, or fewer. */
  readonly workers: readonly { readonly name: string; readonly port: number }[];
  /** Undefined when the operator has given the keys. */
  readonly apiKeyFile: string | undefined;
  readonly dataDir: DataDir;
  /** What keeps the gateway from its promise, a line each. */
  readonly warnings: readonly string[];
}

/** Redis, the gateway, the scaler and the workers that it asks for: started in order, kept running, stopped in order. */
export class Stack {
  /** Rejects with a StartError when a part is given up; never resolves. */
  readonly failed: Promise<never>;
  #fail: (error: unknown) => void = () => {};
  readonly #stopping = new AbortController();
  readonly #logs: ProgramLog[] = [];
  readonly #apps: SupervisedProcess[] = [];
  #pools: WorkerPools | undefined;
  #redis: SupervisedProcess | undefined;
  #isReady = false;

  constructor(private readonly settings: StackSettings) {
    this.failed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    this.failed.catch(() => {}); // nobody may be listening when it happens
  }

  /** Resolves when everything is ready. @throws StartError */
  async start(): Promise<StackFacts> {
    const { env, processEnv, dataDir, entries, port } = this.settings;
    const key = env.API_KEYS || env.API_KEYS_FILE ? undefined : provideApiKey(dataDir.root);
    const redisUrl = env.REDIS_URL ?? (await this.#startRedis());
    if (env.REDIS_URL) await assertReachable(env.REDIS_URL);
    publishRedisUrl(dataDir.root, redisUrl);
    const ports = { gateway: port, scaler: await findPort(env.HOST, port + 2) };
    const pools = new WorkerPools((place) => this.#startWorker(place, settings));
    const settings: AppSettings = { env, processEnv, ports, redisUrl, apiKeys: key?.apiKeys, onScalerMessage: pools.onMessage };
    this.#pools = pools;
    this.#apps.push(...appPrograms(entries, settings).map((program) => this.#supervise(program, this.#ownLog(program.name), this.#fail)));
    await Promise.all(this.#apps.map((app) => app.start()));
    await pools.ready();
    this.#isReady = true;
    const warnings = await unreadiness(baseUrl(env.HOST, ports.gateway));
    return { host: env.HOST, ports, workers: pools.slots, apiKeyFile: key?.path, dataDir, warnings };
  }

  /** Lets running jobs finish, then ends everything, Redis last. Fine while it starts. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.#apps.map((app) => app.stop()), this.#pools?.stop()]);
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
    this.#pools?.kill();
  }

  async #startRedis(): Promise<string> {
    const { dataDir, env, terminal } = this.settings;
    const leftover = await stopLeftoverRedis(dataDir.redis);
    if (leftover) terminal.say(`Stopped the Redis that an earlier stack left behind (process ${leftover}).`);
    const { program, url } = await embeddedRedis(dataDir, env.DURABILITY === 'fast' ? 'everysec' : 'always');
    const slow = setTimeout(() => terminal.say('Redis is loading its data …'), SLOW_LOAD_MS);
    try {
      this.#redis = this.#supervise(program, this.#ownLog(program.name), this.#fail);
      await this.#redis.start();
    } finally {
      clearTimeout(slow);
    }
    return url;
  }

  /** The first one has the port after the gateway's, the others those after the scaler's, as far as these are free. */
  async #startWorker({ name, index, queues }: Parameters<StartWorker>[0], settings: AppSettings): ReturnType<StartWorker> {
    const { env, port: first, entries } = this.settings;
    const port = await findPort(env.HOST, index === 0 ? first + 1 : first + 2 + index);
    const program = workerProgram(entries, settings, { name, queues, port });
    const log = this.#log(name);
    const process = this.#supervise(program, log, (error) => this.#loseWorker(process, error));
    const ready = process.start();
    ready.catch((error: Error) => this.#isReady && this.settings.terminal.complain(error.message));
    const stop = async () => {
      await process.stop();
      await log.close();
    };
    return { name, index, port, process, ready, stop };
  }

  /** While it starts, the stack cannot do without; later it can, and the scaler asks for another one. */
  #loseWorker(process: SupervisedProcess, error: unknown): void {
    if (this.#isReady) this.#pools?.drop(process);
    else this.#fail(error);
  }

  /** @throws Error once the stack stops: what `stop` does not know of must not start any more. */
  #supervise(program: Program, log: ProgramLog, onFailure: (error: unknown) => void): SupervisedProcess {
    this.#stopping.signal.throwIfAborted();
    const supervised = new SupervisedProcess(program, log);
    supervised.failed.catch(onFailure);
    return supervised;
  }

  /** Of a part that there is until the end. */
  #ownLog(name: string): ProgramLog {
    const log = this.#log(name);
    this.#logs.push(log);
    return log;
  }

  #log(name: string): ProgramLog {
    return new ProgramLog(name, this.settings.dataDir.logs, this.settings.terminal);
  }
}
