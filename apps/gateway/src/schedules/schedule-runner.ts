import type { ScheduleName, ScheduleTicker } from '@dts/queue';
import { LOGGER, type Logger, METRICS } from '@dts/runtime';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter, Gauge } from 'prom-client';
import { QueueAccess } from '../queue-access.js';

/** Starts the runs of schedules, as every gateway does, and counts them. */
@Injectable()
export class ScheduleRunner implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly ticker: ScheduleTicker;

  constructor(
    access: QueueAccess,
    @Inject(LOGGER) logger: Logger,
    @InjectMetric(METRICS.schedules.name) schedules: Gauge,
    @InjectMetric(METRICS.scheduleRuns.name) runs: Counter,
    @InjectMetric(METRICS.schedulesMended.name) mended: Counter,
  ) {
    schedules.remove({}); // unknown so far
    this.ticker = access.createTicker({
      onRun: (outcome, count) => runs.inc({ outcome }, count),
      onMended: () => mended.inc(),
      onCount: (count) => (count === undefined ? schedules.remove({}) : schedules.set(count)),
      onError: (error: Error, schedule?: ScheduleName) =>
        logger.warn({ ...(schedule && { tenant: schedule.tenant, schedule: schedule.id }) }, `schedules: ${error.message}`),
    });
  }

  onApplicationBootstrap(): void {
    this.ticker.start();
  }

  /** Before the connection is closed: a run that was decided on is submitted by whoever decided. */
  async onModuleDestroy(): Promise<void> {
    await this.ticker.stop();
  }
}
