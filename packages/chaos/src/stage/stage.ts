import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type App, startServer, within } from '@dts/testkit';
import { ExecutionLog } from '../executions/execution-log.js';
import { ExecutionReceiver } from '../executions/receiver.js';
import { Ledger } from '../ledger/ledger.js';
import { Load, type LoadOptions } from '../load/load.js';
import { putSchedules } from '../load/schedules.js';
import { BULK, MIXED } from '../load/submission.js';
import type { Profile } from '../profile.js';
import { RedisProxy } from '../proxy/redis-proxy.js';
import type { Random } from '../random.js';
import { RedisProcess, type RedisProcessOptions } from '../redis/redis-process.js';
import type { ShiftedClock } from '../redis/shifted-clock.js';
import type { Shim, WatchedDisk } from '../redis/shim.js';
import { Timeline } from '../timeline/timeline.js';
import { appEnv } from './app-env.js';
import type { Arm } from './arm.js';
import { BUILT } from './built.js';
import { drained } from './drain.js';
import type { Expectation } from './expectation.js';
import { keepOutputs } from './keep-outputs.js';
import type { Language, LeaseWorkers } from './lease-workers.js';
import { Recovery } from './recovery.js';

const BATCH = 100;
const BULK_CLIENTS = 4;
const NAME = 'chaos';
/** Of an app on a machine that is busy with others. */
const START_MS = 30_000;
/** Each looks for jobs again and again. */
const AT_MOST_ONCE_SLOTS = '500';

export interface StageOptions {
  readonly arm: Arm;
  readonly profile: Profile;
  readonly seed: number;
  /** Picks the moments of faults. */
  readonly random: Random;
  /** Exists; takes the ledger and the record of runs. */
  readonly dir: string;
  readonly shim: () => Promise<Shim>;
}

/** One arm of one scenario: its own Redis, apps, callers, and the records that the audit reads. */
export class Stage {
  readonly apiKey = randomBytes(32).toString('base64url');
  readonly prefix = NAME;
  readonly timeline = new Timeline();
  readonly expectations: Expectation[] = [];
  readonly loads: Load[] = [];
  readonly gateways: App[] = [];
  readonly workers: App[] = [];
  readonly scalers: App[] = [];
  readonly recovery: Recovery;
  private server: RedisProcess | undefined;
  private externalUrl: string | undefined;
  private readonly endings: (() => Promise<unknown>)[] = [];

  private constructor(
    private readonly options: StageOptions,
    readonly ledger: Ledger,
    readonly executions: ExecutionLog,
    readonly receiver: ExecutionReceiver,
  ) {
    this.recovery = new Recovery(this.timeline, options.profile.drainMs);
  }

  static async set(options: StageOptions): Promise<Stage> {
    const ledger = await Ledger.open(join(options.dir, 'ledger.jsonl'));
    const executions = new ExecutionLog(join(options.dir, 'executions.jsonl'));
    const receiver = new ExecutionReceiver(executions);
    const stage = new Stage(options, ledger, executions, receiver);
    receiver.onEnd = () => stage.timeline.count('ended');
    await receiver.start();
    return stage;
  }

  get profile(): Profile {
    return this.options.profile;
  }

  get random(): Random {
    return this.options.random;
  }

  get redis(): RedisProcess {
    if (!this.server) throw new Error('this scenario has not started its Redis');
    return this.server;
  }

  get redisUrl(): string {
    return this.externalUrl ?? this.redis.url;
  }

  /** In place of a Redis of the stage's own, which is the caller's to end. */
  useRedis(url: string): void {
    this.externalUrl = url;
  }

  /** A clock for the processes that are given its environment. */
  async startClock(): Promise<ShiftedClock> {
    const shim = await this.options.shim();
    return shim.clock(randomBytes(6).toString('hex'));
  }

  /** @param options with `isWatched` the server can lose its power */
  async startRedis({ isWatched = false, ...options }: RedisProcessOptions & { isWatched?: boolean } = {}): Promise<RedisProcess> {
    const redis = await this.prepareRedis({ isWatched, ...options });
    await redis.start();
    return redis;
  }

  /** A Redis that is down for now. */
  async prepareRedis({ isWatched = false, ...options }: RedisProcessOptions & { isWatched?: boolean } = {}): Promise<RedisProcess> {
    const shim = isWatched ? await this.options.shim() : undefined;
    const watch = shim && ((dir: string): WatchedDisk => shim.watch(dir, randomBytes(6).toString('hex')));
    this.server = await RedisProcess.prepare({ ...options, watch });
    return this.server;
  }

  /** What is called when the stage is left, before Redis ends. */
  onLeave(ending: () => Promise<unknown>): void {
    this.endings.push(ending);
  }

  /** @param file of an earlier version */
  async startGateway(env: Readonly<Record<string, string>> = {}, file = BUILT.gateway): Promise<App> {
    // A control's Redis is weaker than what a gateway calls ready, and it takes submissions all the same.
    const readyPath = this.options.arm === 'control' || this.server?.isRunning === false ? '/healthz' : '/readyz';
    const gateway = await startServer(file, { env: { ...this.env(), ...env }, readyPath, timeoutMs: START_MS });
    this.gateways.push(gateway);
    return gateway;
  }

  /** @param file of an earlier version */
  async startWorker(env: Readonly<Record<string, string>> = {}, readyPath = '/readyz', file = BUILT.worker): Promise<App> {
    const worker = await startServer(file, { env: { ...this.env(), ...env }, readyPath, timeoutMs: START_MS });
    this.workers.push(worker);
    return worker;
  }

  /** One that leases its jobs. */
  async startLeaseWorker(workers: LeaseWorkers, language: Language): Promise<App> {
    const url = this.gateways.find(({ program }) => program.isRunning)?.url ?? '';
    const worker = await workers.start(language, { url, apiKey: this.apiKey, id: `${language}-${this.workers.length + 1}` });
    this.workers.push(worker);
    return worker;
  }

  /** @param file of another version */
  async startScaler(env: Readonly<Record<string, string>> = {}, file = BUILT.scaler): Promise<App> {
    const scaler = await startServer(file, { env: { ...this.env(), ...env }, timeoutMs: START_MS });
    this.scalers.push(scaler);
    return scaler;
  }

  /** A worker that loses: see the program. */
  async startAtMostOnceWorker(env: Readonly<Record<string, string>> = {}): Promise<App> {
    const worker = await startServer(BUILT.atMostOnceWorker, { env: { ...this.env(), SLOTS: AT_MOST_ONCE_SLOTS, ...env } });
    this.workers.push(worker);
    return worker;
  }

  /** A proxy to Redis, for one kind of app. */
  async startProxy(): Promise<RedisProxy> {
    const proxy = await RedisProxy.start(this.redis.port);
    this.onLeave(() => proxy.stop());
    return proxy;
  }

  /** Callers begin to submit. */
  startLoad(options: Partial<LoadOptions> = {}): Load {
    this.timeline.start();
    const load = new Load({
      targets: () => this.gateways.filter((gateway) => gateway.program.isRunning).map((gateway) => gateway.url),
      apiKey: this.apiKey,
      ledger: this.ledger,
      timeline: this.timeline,
      seed: this.options.seed,
      name: `${NAME}-${this.loads.length}`,
      urlOf: (key) => this.receiver.urlOf(key),
      mix: MIXED,
      clients: this.profile.clients,
      perSecond: this.profile.perSecond,
      repeatsWithSameKey: true,
      ...options,
    });
    this.loads.push(load);
    return load;
  }

  /** Callers that submit in batches, beside the others: what they submit would take long to run, so most of it is for later. */
  startBulkLoad(): Load {
    return this.startLoad({ mix: BULK, batch: BATCH, clients: BULK_CLIENTS, ...this.profile.bulk });
  }

  /** Schedules that run every so many milliseconds, beside the load. @returns what their runs call */
  startSchedules(count: number, every: number): Promise<readonly string[]> {
    const { apiKey, ledger, receiver } = this;
    const options = { url: this.gateways[0]?.url ?? '', apiKey, tenant: NAME, ledger, urlOf: (key: string) => receiver.urlOf(key), every };
    return putSchedules(count, options);
  }

  /** Lets the load run until a moment that chance picks. */
  async untilFault(): Promise<void> {
    await delay(this.random.between(...this.profile.before));
  }

  /** Lets the load run on after the last fault, to its end where it has one, then waits until every caller has its answer and every job has run. */
  async finish(): Promise<void> {
    await delay(this.profile.after);
    const bounded = Promise.all(this.loads.filter(({ isBounded }) => isBounded).map((load) => load.done()));
    await within(bounded, this.profile.drainMs, 'all that was to be submitted').catch(() => undefined); // what is there counts
    await Promise.all(this.loads.map((load) => load.finish(this.profile.drainMs)));
    await this.drain();
  }

  /** Every caller gets its answer; then the gateways go, so that no run is started any more and what was started can end. */
  async finishSchedules(): Promise<void> {
    await Promise.all(this.loads.map((load) => load.finish(this.profile.drainMs)));
    await Promise.all(this.gateways.map((gateway) => gateway.kill()));
  }

  async drain(): Promise<void> {
    const startedAt = performance.now();
    const isDrained = await drained(this.redisUrl, this.prefix, this.profile.drainMs);
    this.timeline.mark('drained');
    this.expect('the queues drain', isDrained, `${Math.round(performance.now() - startedAt)} ms`);
  }

  expect(what: string, holds: boolean, detail: string): void {
    this.expectations.push({ what, holds, detail });
  }

  /** Ends every process; the data of Redis stays for the audit's sake until `leave`. */
  async stopApps(): Promise<void> {
    await Promise.all([...this.gateways, ...this.workers, ...this.scalers].map((app) => app.kill()));
  }

  async leave(): Promise<void> {
    await this.stopApps();
    await Promise.all(this.loads.map((load) => load.finish(0)));
    const { gateways, workers, scalers } = this;
    await keepOutputs(this.options.dir, { gateways, workers, scalers, redis: this.server });
    for (const ending of this.endings.toReversed()) await ending();
    await this.server?.remove();
    await this.receiver.stop();
    await Promise.all([this.ledger.close(), this.executions.close()]);
  }

  /** The environment of every app. */
  env(): Record<string, string> {
    const { redisUrl, prefix, apiKey, profile } = this;
    return appEnv({ redisUrl, prefix, apiKey, tenant: NAME, lockMs: profile.lockMs });
  }
}
