import { endingOf, type Leases } from '@dts/queue';
import { AttemptMetrics, Draining, LOGGER, type Logger, METRICS } from '@dts/runtime';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';
import { QueueAccess } from '../queue-access.js';

/** Gives out leases, as every gateway does, and tells metrics, statistics and log how their attempts ended. */
@Injectable()
export class LeaseRunner implements OnApplicationBootstrap, OnModuleDestroy {
  readonly leases: Leases;

  constructor(
    access: QueueAccess,
    private readonly draining: Draining,
    @Inject(LOGGER) logger: Logger,
    metrics: AttemptMetrics,
    @InjectMetric(METRICS.stalls.name) stalls: Counter,
  ) {
    this.leases = access.createLeases({
      ended: (report, error) => {
        metrics.record(report, error);
        access.counters.ended(report.queue, endingOf(report.outcome), report.waitMs, report.durationMs);
      },
      stalled: (queue, jobId) => {
        stalls.inc({ queue });
        logger.warn({ queue, jobId }, 'took a job back whose lease was not extended');
      },
      error: (error) => logger.warn(`leases: ${error.message}`),
    });
  }

  onApplicationBootstrap(): void {
    this.leases.start();
    this.draining.signal.addEventListener('abort', () => this.leases.drain(), { once: true });
  }

  async onModuleDestroy(): Promise<void> {
    await this.leases.stop();
  }
}
