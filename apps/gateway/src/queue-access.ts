import {
  Admission,
  AuditLog,
  connectProducer,
  connectWorker,
  createTelemetry,
  DeadLetters,
  DeploymentKey,
  Flows,
  findWeakSettings,
  isAnswering,
  JobClient,
  JobFollower,
  JobLister,
  JobWatcher,
  keyPrefix,
  Lanes,
  type LeaseEvents,
  Leases,
  type OperationEvents,
  Operations,
  OperationTicker,
  openQueues,
  QueueControl,
  QueueCounters,
  QueueOverview,
  type Queues,
  Ranking,
  RankingTicker,
  type RedisClient,
  Replication,
  RetentionTicker,
  ScalingLog,
  Schedules,
  ScheduleTicker,
  StatisticsWriter,
  TenantLimitsStore,
  type TickerEvents,
} from '@dts/queue';
import { errorLines, isTracing, LOGGER, type Logger, PROCESS_PROBE, READINESS } from '@dts/runtime';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { GATEWAY_ENV, type GatewayEnv } from './env.js';
import { Cursors } from './http/cursors.js';
import { Pages } from './http/pages.js';

/** This app's way to Redis: opened once, closed after the last request has been answered. */
@Injectable()
export class QueueAccess implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly queues: Queues;
  readonly jobs: JobClient;
  readonly watcher: JobWatcher;
  readonly flows: Flows;
  readonly follower: JobFollower;
  readonly lister: JobLister;
  readonly schedules: Schedules;
  readonly tenantLimits: TenantLimitsStore;
  readonly deadLetters: DeadLetters;
  readonly operations: Operations;
  readonly deploymentKey: DeploymentKey;
  readonly audit: AuditLog;
  readonly control: QueueControl;
  readonly overview: QueueOverview;
  readonly scaling: ScalingLog;
  readonly counters = new QueueCounters();
  private readonly admission: Admission;
  private readonly statistics: StatisticsWriter;
  private readonly ranking: RankingTicker;
  private readonly retention: RetentionTicker;
  private readonly prefix: string;
  private readonly replication?: Replication;
  private readonly logError: (error: Error) => void;
  private readonly redis: RedisClient;
  /** Waits where `redis` fails fast: event streams are read on copies of it. */
  private readonly patient: RedisClient;
  /** Held up by the replicas, where `redis` is not. */
  private readonly waiting?: RedisClient;

  constructor(
    @Inject(GATEWAY_ENV) private readonly env: GatewayEnv,
    @Inject(LOGGER) logger: Logger,
  ) {
    const prefix = keyPrefix(env.REDIS_URL, env.QUEUE_PREFIX);
    this.prefix = prefix;
    this.logError = errorLines('Redis', (line) => logger.error(line));
    this.redis = connectProducer(env.REDIS_URL, this.logError);
    this.patient = connectWorker(env.REDIS_URL, this.logError);
    this.queues = openQueues(this.redis, prefix, this.logError, isTracing(env) ? createTelemetry() : undefined);
    this.ranking = new RankingTicker(this.redis, prefix, new Ranking(this.redis, prefix), new Lanes(this.redis, prefix));
    this.retention = new RetentionTicker(this.queues, this.redis, prefix, (error) => logger.warn(`retention: ${error.message}`));
    this.admission = new Admission(this.queues, this.redis, env.BACKLOG_LIMIT);
    if (env.DURABILITY === 'replicated') {
      this.waiting = connectProducer(env.REDIS_URL, this.logError);
      this.replication = new Replication(this.waiting, prefix, env.REPLICAS ?? 1);
    }
    const { counters } = this;
    this.statistics = new StatisticsWriter(counters, this.redis, prefix);
    this.jobs = new JobClient(this.queues, this.redis, prefix, this.admission, this.replication, counters);
    this.flows = new Flows(this.queues, this.redis, prefix, this.admission, this.replication, counters);
    this.watcher = new JobWatcher(this.jobs, this.patient, prefix, this.logError);
    this.follower = new JobFollower(this.queues, this.jobs, this.redis, this.watcher);
    this.lister = new JobLister(this.queues, this.redis);
    this.deploymentKey = new DeploymentKey(this.redis, prefix);
    this.tenantLimits = new TenantLimitsStore(this.redis, prefix, this.replication);
    this.schedules = new Schedules(this.redis, prefix, this.jobs, this.replication);
    this.audit = new AuditLog(this.redis, prefix, this.replication);
    this.control = new QueueControl(this.queues, this.redis, this.replication);
    this.scaling = new ScalingLog(this.redis, prefix);
    this.overview = new QueueOverview(this.queues, this.redis, prefix, this.control);
    this.deadLetters = new DeadLetters(this.queues, this.redis, prefix, this.jobs, this.replication);
    this.operations = new Operations(this.queues, this.redis, prefix, this.replication);
  }

  /** One that starts the runs of schedules until it is stopped, before this is closed. */
  createTicker(events: TickerEvents): ScheduleTicker {
    return new ScheduleTicker(this.redis, this.prefix, this.jobs, events);
  }

  /** One that carries out operations, likewise. */
  createOperationTicker(events: OperationEvents): OperationTicker {
    return new OperationTicker(this.queues, this.redis, this.prefix, events);
  }

  /** Leases, to be started, and to be stopped before this is closed. */
  createLeases(events: LeaseEvents): Leases {
    const { queues, redis, patient, prefix } = this;
    const { LEASE_DURATION: leaseMs, UNREADABLE_WAIT: unreadableWaitMs } = this.env;
    return new Leases({ queues, redis, patient, prefix, leaseMs, unreadableWaitMs, events });
  }

  onApplicationBootstrap(): void {
    this.admission.start();
    this.statistics.start();
    this.ranking.start();
    this.retention.start();
  }

  /** Whether Redis answers now. Never rejects. */
  isAnswering(): Promise<boolean> {
    return isAnswering(this.redis, this.prefix);
  }

  /** In what Redis falls short of what this gateway promises, a line each. @throws when it does not answer */
  async weaknesses(): Promise<string[]> {
    return [...(await findWeakSettings(this.redis, this.prefix, this.env.DURABILITY)), ...((await this.replication?.problems()) ?? [])];
  }

  /** What keeps this gateway from keeping its promise: no Redis, or one that would lose what it acknowledges. */
  async problems(): Promise<string[]> {
    try {
      return await this.weaknesses();
    } catch (error) {
      return [`Redis does not answer: ${error instanceof Error ? error.message : String(error)}`];
    }
  }

  async onApplicationShutdown(): Promise<void> {
    this.admission.stop();
    this.ranking.stop();
    await Promise.all([this.watcher.close(), this.statistics.stop(), this.retention.stop()]);
    this.redis.disconnect();
    this.patient.disconnect();
    this.waiting?.disconnect();
  }
}

export const queueProviders = [
  QueueAccess,
  { provide: JobClient, inject: [QueueAccess], useFactory: ({ jobs }: QueueAccess) => jobs },
  { provide: JobWatcher, inject: [QueueAccess], useFactory: ({ watcher }: QueueAccess) => watcher },
  { provide: Flows, inject: [QueueAccess], useFactory: ({ flows }: QueueAccess) => flows },
  { provide: TenantLimitsStore, inject: [QueueAccess], useFactory: ({ tenantLimits }: QueueAccess) => tenantLimits },
  { provide: JobFollower, inject: [QueueAccess], useFactory: ({ follower }: QueueAccess) => follower },
  { provide: JobLister, inject: [QueueAccess], useFactory: ({ lister }: QueueAccess) => lister },
  { provide: DeadLetters, inject: [QueueAccess], useFactory: ({ deadLetters }: QueueAccess) => deadLetters },
  { provide: Operations, inject: [QueueAccess], useFactory: ({ operations }: QueueAccess) => operations },
  { provide: Schedules, inject: [QueueAccess], useFactory: ({ schedules }: QueueAccess) => schedules },
  { provide: AuditLog, inject: [QueueAccess], useFactory: ({ audit }: QueueAccess) => audit },
  { provide: QueueControl, inject: [QueueAccess], useFactory: ({ control }: QueueAccess) => control },
  { provide: ScalingLog, inject: [QueueAccess], useFactory: ({ scaling }: QueueAccess) => scaling },
  { provide: QueueOverview, inject: [QueueAccess], useFactory: ({ overview }: QueueAccess) => overview },
  { provide: Pages, inject: [QueueAccess], useFactory: ({ deploymentKey }: QueueAccess) => new Pages(new Cursors(deploymentKey)) },
  { provide: READINESS, inject: [QueueAccess], useFactory: (access: QueueAccess) => () => access.problems() },
  {
    provide: PROCESS_PROBE,
    inject: [QueueAccess],
    useFactory: (access: QueueAccess) => ({ app: 'gateway', isAnswering: () => access.isAnswering() }),
  },
];
