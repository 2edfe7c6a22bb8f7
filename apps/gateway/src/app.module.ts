import {
  apiKeyProviders,
  attemptMetrics,
  counter,
  Draining,
  gauge,
  HealthController,
  histogram,
  LOGGER,
  type Logger,
  METRICS,
  metricsModule,
  processMetrics,
} from '@dts/runtime';
import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AuditController } from './audit/audit.controller.js';
import { Audit } from './audit/audit.js';
import { ConsoleFeed } from './console/console-feed.js';
import { DeadLettersController } from './dead-letters/dead-letters.controller.js';
import { Retries } from './dead-letters/retries.js';
import { DurabilityMetrics } from './durability-metrics.js';
import { GATEWAY_ENV, type GatewayEnv } from './env.js';
import { FlowsController } from './flows/flows.controller.js';
import { AllowedMethods } from './http/allowed-methods.js';
import { DescribedRequest } from './http/described-request.js';
import { ProblemFilter } from './http/problem.filter.js';
import { ProblemMetrics } from './http/problem-metrics.js';
import { ProblemsController } from './http/problems.controller.js';
import { AddressLimits } from './http/rate-limit/address-limits.js';
import { RateLimits } from './http/rate-limit/rate-limits.js';
import { RequestMetrics } from './http/request-metrics.js';
import { BatchController } from './jobs/batch.controller.js';
import { EventStreams } from './jobs/event-streams.js';
import { EventsController } from './jobs/events.controller.js';
import { JobChangesController } from './jobs/job-changes.controller.js';
import { JobTypesController } from './jobs/job-types.controller.js';
import { JobsController } from './jobs/jobs.controller.js';
import { ListController } from './jobs/list.controller.js';
import { LogsController } from './jobs/logs.controller.js';
import { SubmissionMetrics } from './jobs/submission-metrics.js';
import { TenantLabels } from './jobs/tenant-labels.js';
import { LeaseController } from './leases/lease.controller.js';
import { LeaseRunner } from './leases/lease-runner.js';
import { LeasesController } from './leases/leases.controller.js';
import { OperationRunner } from './operations/operation-runner.js';
import { OperationsController } from './operations/operations.controller.js';
import { queueProviders } from './queue-access.js';
import { QueuesController } from './queues/queues.controller.js';
import { ScheduleRunner } from './schedules/schedule-runner.js';
import { SchedulesController } from './schedules/schedules.controller.js';
import { TenantsController } from './tenants/tenants.controller.js';
import { WorkersController } from './workers/workers.controller.js';

@Module({
  controllers: [
    HealthController,
    JobsController,
    JobChangesController,
    ListController,
    LogsController,
    EventsController,
    BatchController,
    JobTypesController,
    FlowsController,
    DeadLettersController,
    OperationsController,
    SchedulesController,
    QueuesController,
    WorkersController,
    LeasesController,
    LeaseController,
    AuditController,
    TenantsController,
    ProblemsController,
  ],
  providers: [
    ...queueProviders,
    Draining,
    { provide: APP_GUARD, useClass: DescribedRequest },
    AllowedMethods,
    ProblemFilter,
    ProblemMetrics,
    RequestMetrics,
    SubmissionMetrics,
    TenantLabels,
    DurabilityMetrics,
    ...processMetrics,
    Audit,
    RateLimits,
    AddressLimits,
    EventStreams,
    ScheduleRunner,
    OperationRunner,
    LeaseRunner,
    ...attemptMetrics,
    counter(METRICS.stalls),
    Retries,
    ConsoleFeed,
    counter(METRICS.deadLetterChanges),
    counter(METRICS.operations),
    counter(METRICS.submissions),
    counter(METRICS.tenantSubmissions),
    gauge(METRICS.weakSettings),
    counter(METRICS.problems),
    gauge(METRICS.requestsInFlight),
    histogram(METRICS.submitSeconds),
    gauge(METRICS.eventStreams),
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
    imports: [metricsModule(env)],
    providers: [{ provide: GATEWAY_ENV, useValue: env }, { provide: LOGGER, useValue: logger }, ...apiKeyProviders(env, logger)],
  };
}
