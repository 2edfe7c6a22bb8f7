import { QueueCounters } from '@dts/queue';
import { attemptMetrics, counter, Draining, gauge, HealthController, LOGGER, type Logger, METRICS, READINESS } from '@dts/runtime';
import { type DynamicModule, Module } from '@nestjs/common';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';
import { WORKER_ENV, type WorkerEnv } from './env.js';
import { AttemptReporter } from './processing/reporter.js';
import { Workers } from './processing/workers.js';

@Module({
  imports: [PrometheusModule.register()],
  controllers: [HealthController],
  providers: [
    Workers,
    AttemptReporter,
    QueueCounters,
    ...attemptMetrics,
    Draining,
    { provide: READINESS, inject: [Workers], useFactory: (workers: Workers) => () => workers.problems() },
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
    providers: [
      { provide: WORKER_ENV, useValue: env },
      { provide: LOGGER, useValue: logger },
    ],
  };
}
