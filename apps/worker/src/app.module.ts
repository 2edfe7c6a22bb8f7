import { QueueCounters } from '@dts/queue';
import {
  counter,
  Draining,
  gauge,
  HealthController,
  histogram,
  LOGGER,
  type Logger,
  METRICS,
  metricsModule,
  PROCESS_PROBE,
  processMetrics,
  READINESS,
} from '@dts/runtime';
import { type DynamicModule, Module } from '@nestjs/common';
import { WORKER_ENV, type WorkerEnv } from './env.js';
import { JobMetrics } from './processing/job-metrics.js';
import { AttemptReporter } from './processing/reporter.js';
import { WorkerMetrics } from './processing/worker-metrics.js';
import { Workers } from './processing/workers.js';

@Module({
  controllers: [HealthController],
  providers: [
    Workers,
    AttemptReporter,
    JobMetrics,
    WorkerMetrics,
    ...processMetrics,
    QueueCounters,
    Draining,
    { provide: READINESS, inject: [Workers], useFactory: (workers: Workers) => () => workers.problems() },
    {
      provide: PROCESS_PROBE,
      inject: [Workers],
      useFactory: (workers: Workers) => ({ app: 'worker', isAnswering: () => workers.isAnswering() }),
    },
    counter(METRICS.attempts),
    counter(METRICS.retries),
    counter(METRICS.jobsEnded),
    counter(METRICS.deadJobs),
    counter(METRICS.quarantined),
    counter(METRICS.handlerCrashes),
    gauge(METRICS.heartbeat),
    gauge(METRICS.workerDraining),
    histogram(METRICS.endToEndSeconds),
    counter(METRICS.stalls),
    counter(METRICS.consumerRestarts),
    gauge(METRICS.slots),
    gauge(METRICS.busySlots),
    histogram(METRICS.waitSeconds),
    histogram(METRICS.runSeconds),
  ],
})
class AppModule {}

/** The worker, for one environment. */
export function appModule(env: WorkerEnv, logger: Logger): DynamicModule {
  return {
    module: AppModule,
    imports: [metricsModule(env)],
    providers: [
      { provide: WORKER_ENV, useValue: env },
      { provide: LOGGER, useValue: logger },
    ],
  };
}
