import { counter, Draining, gauge, HealthController, histogram, LOGGER, type Logger, METRICS } from '@dts/runtime';
import { type DynamicModule, Module } from '@nestjs/common';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';
import { GATEWAY_ENV, type GatewayEnv } from './env.js';
import { ApiKeys } from './http/api-keys.js';
import { ProblemFilter } from './http/problem.filter.js';
import { ProblemsController } from './http/problems.controller.js';
import { BatchController } from './jobs/batch.controller.js';
import { JobTypesController } from './jobs/job-types.controller.js';
import { JobsController } from './jobs/jobs.controller.js';
import { SubmissionMetrics } from './jobs/submission-metrics.js';
import { queueProviders } from './queue-access.js';
import { ScheduleRunner } from './schedules/schedule-runner.js';
import { SchedulesController } from './schedules/schedules.controller.js';

@Module({
  imports: [PrometheusModule.register()],
  controllers: [HealthController, JobsController, BatchController, JobTypesController, SchedulesController, ProblemsController],
  providers: [
    ...queueProviders,
    Draining,
    ProblemFilter,
    SubmissionMetrics,
    ScheduleRunner,
    counter(METRICS.submissions),
    histogram(METRICS.submitSeconds),
    gauge(METRICS.schedules),
    counter(METRICS.scheduleRuns),
    counter(METRICS.schedulesMended),
  ],
})
class AppModule {}

/**
 * The gateway, for one environment.
 * @throws EnvError when its keys cannot be used
 */
export function appModule(env: GatewayEnv, logger: Logger): DynamicModule {
  return {
    module: AppModule,
    providers: [
      { provide: GATEWAY_ENV, useValue: env },
      { provide: LOGGER, useValue: logger },
      { provide: ApiKeys, useValue: ApiKeys.fromEnv(env) },
    ],
  };
}
