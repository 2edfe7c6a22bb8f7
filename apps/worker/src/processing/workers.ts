import { hostname } from 'node:os';
import { QUEUES } from '@dts/jobs';
import { CANCELLED, connectWorker, keyPrefix, type RedisClient } from '@dts/queue';
import { LOGGER, type Logger, METRICS } from '@dts/runtime';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter, Gauge } from 'prom-client';
import { type QueueChoice, WORKER_ENV, type WorkerEnv } from '../env.js';
import { createHandlers } from '../handlers/index.js';
import { JobDead } from './attempt-error.js';
import { CancelListener } from './cancel-listener.js';
import { EagerWorker } from './eager-worker.js';
import { Executor } from './executor.js';
import type { Handlers } from './handler.js';
import { Heartbeat, type WorkerStatus } from './heartbeat.js';
import { Quarantine } from './quarantine.js';
import { AttemptReporter } from './reporter.js';
import { runHandler } from './run-handler.js';
import { SandboxedWorker } from './sandboxed-worker.js';
import type { WorkerJob } from './worker-job.js';
import { sandboxOptions, workerOptions } from './worker-options.js';

/** Milliseconds before the end of the grace at which running jobs are handed back. */
const HAND_BACK_MS = 5_000;

/** Starts one BullMQ worker for each enabled queue, and stops them in order. */
@Injectable()
export class Workers implements OnApplicationBootstrap, OnModuleDestroy {
  /** Kept with every job that runs here, so that an operator finds the process. */
  readonly name = `${hostname()}:${process.pid}`;
  private readonly redis: RedisClient;
  private readonly executor: Executor;
  private readonly handlers: Handlers;
  private readonly heartbeat: Heartbeat;
  private readonly cancels: CancelListener;
  private readonly prefix: string;
  private workers: EagerWorker[] = [];
  private draining = false;

  constructor(
    @Inject(WORKER_ENV) private readonly env: WorkerEnv,
    @Inject(LOGGER) private readonly logger: Logger,
    @InjectMetric(METRICS.slots.name) private readonly slots: Gauge,
    @InjectMetric(METRICS.busySlots.name) private readonly busySlots: Gauge,
    @InjectMetric(METRICS.stalls.name) private readonly stalls: Counter,
    reporter: AttemptReporter,
  ) {
    this.redis = connectWorker(env.REDIS_URL, this.logError);
    this.executor = new Executor(this.name, reporter, new Quarantine(env));
    this.handlers = createHandlers(env);
    this.prefix = keyPrefix(env.REDIS_URL, env.QUEUE_PREFIX);
    this.heartbeat = new Heartbeat(this.name, this.redis, this.prefix, () => this.status());
    this.cancels = new CancelListener(this.redis, connectWorker(env.REDIS_URL, this.logError), this.prefix, this.cancel);
  }

  onApplicationBootstrap(): void {
    this.workers = this.env.QUEUES.map((choice) => this.start(choice));
    this.heartbeat.start();
    this.cancels.start();
    this.logger.info({ worker: this.name, queues: this.env.QUEUES }, 'fetching jobs');
  }

  /** Stops fetching, lets running jobs finish, hands back those that would not in time, and gives up at the grace's end. */
  async onModuleDestroy(): Promise<void> {
    this.draining = true;
    this.executor.stop();
    const closed = this.close();
    const handBack = setTimeout(this.handBack, Math.max(0, this.env.SHUTDOWN_GRACE - HAND_BACK_MS));
    let giveUp: NodeJS.Timeout | undefined;
    const grace = new Promise<void>((resolve) => {
      giveUp = setTimeout(resolve, this.env.SHUTDOWN_GRACE);
    });
    await Promise.race([closed, grace]);
    clearTimeout(handBack);
    clearTimeout(giveUp);
    this.cancels.stop();
    this.redis.disconnect();
  }

  /** What keeps this worker from its work. */
  async problems(): Promise<string[]> {
    const stopped = this.workers.filter((worker) => !worker.isRunning()).map((worker) => `queue ${worker.name} is not being served`);
    return this.redis.status === 'ready' ? stopped : ['Redis cannot be reached', ...stopped];
  }

  private async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.close()));
    await this.heartbeat.stop();
  }

  private status(): WorkerStatus {
    const queues = this.env.QUEUES.map(({ queue, concurrency }) => ({ queue, slots: concurrency, busy: this.executor.busy(queue) }));
    for (const { queue, slots, busy } of queues) {
      this.slots.set({ queue }, slots);
      this.busySlots.set({ queue }, busy);
    }
    return { queues, draining: this.draining };
  }

  private start({ queue, concurrency }: QueueChoice): EagerWorker {
    const options = workerOptions(this.redis, this.prefix, this.name, concurrency, this.env.LOCK_DURATION);
    const worker = QUEUES[queue].sandboxed
      ? new SandboxedWorker(queue, this.executor, { ...options, ...sandboxOptions(this.env) })
      : new EagerWorker(queue, this.process, options);
    worker.on('error', this.logError);
    worker.on('stalled', (jobId) => {
      this.stalls.inc({ queue });
      this.logger.warn({ queue, jobId }, 'took a job back from a worker that went silent');
    });
    worker.on('failed', (job, error) => {
      if (job?.id && isCancellation(error)) this.cancels.settled(job.id);
    });
    // Without its lock the job is someone else's: going on would only do the work twice.
    worker.on('lockRenewalFailed', (jobIds) => {
      for (const jobId of jobIds) worker.cancelJob(jobId, 'lock-lost');
    });
    worker.run().catch(this.logError);
    return worker;
  }

  /** Three parameters, by which BullMQ knows that it must make a signal. */
  private readonly process = (job: WorkerJob, token?: string, signal?: AbortSignal): Promise<unknown> =>
    this.executor.execute(job, token ?? '', signal, (payload, context) => runHandler(this.handlers, job.name, payload, context));

  private readonly cancel = (id: string): boolean => this.workers.some((worker) => worker.cancelJob(id, 'cancelled'));

  private readonly handBack = (): void => {
    for (const worker of this.workers) worker.cancelAllJobs('shutdown');
  };

  private readonly logError = (error: Error): void => {
    this.logger.error(`Redis: ${error.message}`);
  };
}

/** Of a job that ran, by the executor; of one that did not, by BullMQ. */
function isCancellation(error: Error): boolean {
  return error instanceof JobDead ? error.attempt.error.code === 'cancelled' : error.message === CANCELLED;
}
