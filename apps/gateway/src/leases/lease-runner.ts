import { isLeased, JOB_DEFINITIONS } from '@dts/jobs';
import { endingOf, factsOf, type Leases, labelsOf, traceOf } from '@dts/queue';
import { AttemptMetrics, Draining, errorLines, LOGGER, type Logger, logAttempt, METRICS } from '@dts/runtime';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';
import { QueueAccess } from '../queue-access.js';
import { withAttemptSpan } from './attempt-span.js';

/** Gives out leases, as every gateway does, and tells metrics, statistics and log how their attempts ended. */
@Injectable()
export class LeaseRunner implements OnApplicationBootstrap, OnModuleDestroy {
  readonly leases: Leases;

  constructor(
    access: QueueAccess,
    private readonly draining: Draining,
    @Inject(LOGGER) logger: Logger,
    private readonly metrics: AttemptMetrics,
    @InjectMetric(METRICS.stalls.name) stalls: Counter,
  ) {
    this.leases = access.createLeases({
      ended: (job, report, error) => {
        metrics.attempt(report);
        access.counters.ended(report.labels.queue, endingOf(report.outcome), report.waitMs, report.durationMs);
        withAttemptSpan(report, traceOf(job), () => logAttempt(logger, report, error));
      },
      settled: (end) => metrics.job(end),
      quarantined: (job) => {
        metrics.quarantined(labelsOf(job));
        logger.warn(factsOf(job), 'job runs in quarantine: it may be what crashed its workers');
      },
      unreadable: (job, reason) => logger.warn(factsOf(job), `job put off, for a gateway of another version: ${reason}`),
      stalled: (queue, jobId) => {
        stalls.inc({ queue });
        logger.warn({ queue, jobId }, 'took a job back whose lease was not extended');
      },
      error: errorLines('leases', (line) => logger.warn(line)),
    });
  }

  onApplicationBootstrap(): void {
    const leased = JOB_DEFINITIONS.filter(({ queue }) => isLeased(queue));
    for (const { queue, name } of leased) this.metrics.begin({ queue, job_name: name });
    this.leases.start();
    this.draining.signal.addEventListener('abort', () => this.leases.drain(), { once: true });
  }

  async onModuleDestroy(): Promise<void> {
    await this.leases.stop();
  }
}
