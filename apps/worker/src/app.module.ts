import { QueueCounters } from '@dts/queue';
import {
  attemptMetrics,
  counter,
  Draining,
  gauge,
  HealthController,
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
import { AttemptReporter } from './processing/reporter.js';
import { WorkerMetrics } from './processing/worker-metrics.js';
import { Workers } from './processing/workers.js';

@Module({
  controllers: [HealthController],
  providers: [
    Workers,
    AttemptReporter,
    WorkerMetrics,
    ...processMetrics,
    QueueCounters,
    ...attemptMetrics,
    Draining,
    { provide: READINESS, inject: [Workers], useFactory: (workers: Workers) => () => workers.problems() },
    {
      provide: PROCESS_PROBE,
      inject: [Workers],
      useFactory: (workers: Workers) => ({ app: 'worker', isAnswering: () => workers.isAnswering() }),
    },
    counter(METRICS.handlerCrashes),
    gauge(METRICS.heartbeat),
    gauge(METRICS.workerDraining),
    counter(METRICS.stalls),
    counter(METRICS.consumerRestarts),
    gauge(METRICS.slots),
    gauge(METRICS.busySlots),
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
