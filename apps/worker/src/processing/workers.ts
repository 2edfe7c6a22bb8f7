import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { QUEUES } from '@dts/jobs';
import type { WorkerJob } from '@dts/queue';
import {
  Children,
  connectWorker,
  createTelemetry,
  type DueWork,
  EarlyEnds,
  EndNotes,
  ForeignJobs,
  isAnswering,
  isOfAttempt,
  JobLogs,
  keyPrefix,
  LaneGate,
  openQueues,
  type QueueChoice,
  QueueCounters,
  type RedisClient,
  readDueWork,
  reportFailure,
  reportSuccess,
  Starts,
  StatisticsWriter,
  workerOptions,
} from '@dts/queue';
import { Draining, errorLines, isTracing, LOGGER, type Logger } from '@dts/runtime';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DelayedError, type Telemetry } from 'bullmq';
import { WORKER_ENV, type WorkerEnv } from '../env.js';
import { createHandlers } from '../handlers/index.js';
import { CancelListener } from './cancel-listener.js';
import { ChildJobs } from './child-jobs.js';
import { DrainListener } from './drain-listener.js';
import { EagerWorker } from './eager-worker.js';
import { Executor } from './executor.js';
import { Heartbeat, type WorkerStatus } from './heartbeat.js';
import type { Runner } from './job-start.js';
import { Quarantine } from './quarantine/quarantine.js';
import { QueueConsumer } from './queue-consumer.js';
import { AttemptReporter } from './reporter.js';
import { runHere } from './run-handler.js';
import { ThreadPool } from './sandbox/thread-pool.js';
import { shareSlots } from './slot-shares.js';
import { Watchdog } from './watchdog.js';
import { WorkerMetrics } from './worker-metrics.js';

/** Milliseconds before the end of the grace at which running jobs are handed back. */
const HAND_BACK_MS = 5_000;

/** Milliseconds that handing back is given even where the grace is shorter: handlers that do not heed their signal take one second. */
const LEAST_GRACE_MS = 2_000;

/** Consumes each enabled queue, sees that it goes on doing so, and stops in order. */
@Injectable()
export class Workers implements OnApplicationBootstrap, OnModuleDestroy {
  /** Kept with every job that runs here, so that an operator finds the process. In containers pids and even hosts repeat. */
  readonly name: string;
  private readonly logError: (error: Error) => void;
  private readonly redis: RedisClient;
  private readonly executor: Executor;
  private readonly runHere: Runner;
  private readonly threads: ThreadPool;
  private readonly children: ChildJobs;
  private readonly heartbeat: Heartbeat;
  private readonly statistics: StatisticsWriter;
  private readonly cancels: CancelListener;
  private readonly drains: DrainListener;
  private readonly gate: LaneGate;
  private readonly notes: EndNotes;
  private readonly prefix: string;
  private readonly telemetry?: Telemetry;
  private readonly watchdog: Watchdog<QueueConsumer>;
  private readonly consumers: readonly QueueConsumer[];

  constructor(
    @Inject(WORKER_ENV) private readonly env: WorkerEnv,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly metrics: WorkerMetrics,
    private readonly draining: Draining,
    private readonly reporter: AttemptReporter,
    counters: QueueCounters,
  ) {
    const { POD_NAME: host = hostname() } = env;
    this.name = `${host}:${process.pid}:${randomBytes(3).toString('hex')}`;
    this.logError = errorLines('Redis', (line) => logger.error(line));
    this.redis = connectWorker(env.REDIS_URL, this.logError);
    this.runHere = runHere(createHandlers(env));
    this.threads = new ThreadPool(env, () => metrics.crashed('thread'));
    this.prefix = keyPrefix(env.REDIS_URL, env.QUEUE_PREFIX);
    this.telemetry = isTracing(env) ? createTelemetry() : undefined;
    this.children = new ChildJobs(env.REDIS_URL, this.prefix, this.logError, counters, this.telemetry);
    const queues = openQueues(this.redis, this.prefix, this.logError);
    this.executor = new Executor(
      this.name,
      reporter,
      new Starts(this.redis),
      new JobLogs(this.redis),
      new Quarantine(env, logger, () => metrics.crashed('quarantine')),
      (job) => this.children.submitterFor(job),
      new Children(queues, this.redis),
      new ForeignJobs(this.redis, env.UNREADABLE_WAIT, (job, reason) => reporter.putOff(job, reason)),
    );
    this.notes = new EndNotes(new EarlyEnds(queues, this.redis));
    this.heartbeat = new Heartbeat({ id: this.name, host }, this.redis, this.prefix, () => this.status(), metrics.heard);
    this.statistics = new StatisticsWriter(counters, this.redis, this.prefix);
    const listener = connectWorker(env.REDIS_URL, this.logError);
    this.cancels = new CancelListener(this.redis, listener, this.prefix, this.cancel);
    this.drains = new DrainListener(this.redis, listener, this.prefix, this.name, this.drain);
    const served = env.QUEUES.map(({ queue }) => queue);
    this.gate = new LaneGate(this.redis, this.prefix, served);
    this.consumers = env.QUEUES.flatMap((choice) => this.createConsumers(choice));
    this.watchdog = new Watchdog(env.CONSUMPTION_TIMEOUT, { read: this.readDueWork, restart: this.restart, giveUp: this.giveUp });
  }

  onApplicationBootstrap(): void {
    if (this.draining.signal.aborted) return; // told to stop while it started
    for (const consumer of this.consumers) consumer.start();
    this.heartbeat.start();
    this.statistics.start();
    this.cancels.start();
    this.drains.start();
    this.gate.start();
    this.children.start();
    this.watchdog.start(this.consumers);
    this.logger.info({ worker: this.name, queues: this.env.QUEUES }, 'fetching jobs');
  }

  /** Stops fetching, lets running jobs finish, hands back those that would not in time, and gives up at the grace's end. */
  async onModuleDestroy(): Promise<void> {
    this.watchdog.stop();
    this.drains.stop();
    this.executor.stop();
    const closed = this.close();
    const handBack = setTimeout(this.handBack, Math.max(0, this.env.SHUTDOWN_GRACE - HAND_BACK_MS));
    let giveUp: NodeJS.Timeout | undefined;
    const grace = new Promise<void>((resolve) => {
      giveUp = setTimeout(resolve, Math.max(LEAST_GRACE_MS, this.env.SHUTDOWN_GRACE));
    });
    await Promise.race([closed, grace]);
    clearTimeout(handBack);
    clearTimeout(giveUp);
    this.threads.close();
    this.children.stop();
    this.cancels.stop();
    this.redis.disconnect();
  }

  /** Whether Redis answers now. Never rejects. */
  readonly isAnswering = (): Promise<boolean> => isAnswering(this.redis, this.prefix);

  /** What keeps this worker from its work. */
  async problems(): Promise<string[]> {
    const stopped = this.consumers
      .filter((consumer) => !consumer.isRunning && !this.drains.isWanted)
      .map(({ queue }) => `queue ${queue} is not being served`);
    const starving = this.watchdog.unproven.map((queue) => `queue ${queue} was started anew, and nothing was fetched since`);
    return [...new Set([...this.redisProblems(), ...stopped, ...starving])];
  }

  /** A connection stays ready on a server that hangs, is full or was demoted: what is written tells. */
  private redisProblems(): string[] {
    if (this.redis.status !== 'ready') return ['Redis cannot be reached'];
    return this.heartbeat.isHeard ? [] : ['Redis does not take the heartbeats of this worker'];
  }

  private async close(): Promise<void> {
    await Promise.all(this.consumers.map((consumer) => consumer.close()));
    await Promise.all([this.statistics.stop(), this.heartbeat.stop(), this.gate.stop(), this.notes.settled()]);
  }

  private status(): WorkerStatus {
    const queues = this.env.QUEUES.map(({ queue, concurrency }) => ({ queue, slots: concurrency, busy: this.executor.busy(queue) }));
    const draining = this.draining.signal.aborted || this.drains.isWanted;
    this.metrics.status(queues, draining);
    const drained = this.drains.isWanted && this.consumers.every(({ isDrained }) => isDrained);
    return { queues, draining, ...(drained && { drained }) };
  }

  private createConsumers({ queue, concurrency }: QueueChoice): QueueConsumer[] {
    const create = (slots: () => number) => this.createWorker(queue, slots);
    return shareSlots(concurrency).map((slots) => new QueueConsumer(queue, slots, create, this.logError));
  }

  private createWorker(queue: QueueChoice['queue'], slots: () => number): EagerWorker {
    const options = { ...workerOptions(this.redis, this.prefix, this.name, this.env.LOCK_DURATION), telemetry: this.telemetry };
    const run = QUEUES[queue].sandboxed ? this.threads.run : this.runHere;
    // Three parameters, by which BullMQ knows that it must make a signal.
    const process = async (job: WorkerJob, token?: string, signal?: AbortSignal) => {
      await this.gate.admit(job, token ?? '');
      try {
        return await this.executor.execute(job, token ?? '', signal, run);
      } catch (error) {
        if (error instanceof DelayedError) this.gate.leave(job); // no event tells of it
        throw error;
      }
    };
    const worker = new EagerWorker(queue, process, options, slots);
    worker.on('error', this.logError);
    worker.on('completed', (job) => {
      this.gate.leave(job);
      this.reporter.ended(reportSuccess(job));
    });
    worker.on('failed', (job, error) => {
      if (!job) return;
      if (job.finishedOn !== undefined && !isOfAttempt(error)) this.reporter.endedUntried(job, error.message);
      this.gate.leave(job);
      this.notes.add(job);
      this.reporter.ended(reportFailure(job));
    });
    worker.on('stalled', (jobId) => {
      this.metrics.stalled(queue);
      this.logger.warn({ queue, jobId }, 'took a job back from a worker that went silent');
    });
    // Without its lock the job is someone else's: going on would only do the work twice.
    worker.on('lockRenewalFailed', (jobIds) => {
      for (const jobId of jobIds) worker.cancelJob(jobId, 'lock-lost');
    });
    return worker;
  }

  private readonly cancel = (id: string): boolean => this.consumers.some((consumer) => consumer.cancel(id, 'cancelled'));

  /** What runs runs on, and is not handed back: only a stop of the process does that. */
  private readonly drain = (isWanted: boolean): void => {
    for (const consumer of this.consumers) {
      if (isWanted) consumer.drain();
      else consumer.resume();
    }
    this.logger.info({ worker: this.name }, isWanted ? 'draining: fetching nothing more' : 'not to drain any more: fetching again');
  };

  private readonly handBack = (): void => {
    for (const consumer of this.consumers) consumer.cancelAll('shutdown');
  };

  /** Unknown unless Redis takes what is written: one that is full, or a replica, lets nobody fetch. And while draining nobody wants to. */
  private readonly readDueWork = async ({ queue }: QueueConsumer): Promise<DueWork | undefined> => {
    const work = await readDueWork(this.redis, this.prefix, queue);
    return this.heartbeat.isHeard && !this.drains.isWanted ? work : undefined;
  };

  private readonly restart = (consumer: QueueConsumer): void => {
    this.metrics.restarted(consumer.queue);
    this.logger.error({ queue: consumer.queue }, `jobs wait and none was fetched for ${this.env.CONSUMPTION_TIMEOUT} ms: fetching anew`);
    consumer.restart();
  };

  private readonly giveUp = ({ queue }: QueueConsumer): void => {
    this.draining.fail(`jobs of queue ${queue} wait and none is fetched, though fetching was started anew`);
  };
}
