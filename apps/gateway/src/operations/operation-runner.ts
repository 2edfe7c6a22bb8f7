import type { Operation, OperationTicker } from '@dts/queue';
import { LOGGER, type Logger, METRICS } from '@dts/runtime';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';
import { QueueAccess } from '../queue-access.js';

/** Carries out operations, as every gateway does, and counts what they change. */
@Injectable()
export class OperationRunner implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly ticker: OperationTicker;

  constructor(
    access: QueueAccess,
    @Inject(LOGGER) logger: Logger,
    @InjectMetric(METRICS.deadLetterChanges.name) changes: Counter,
    @InjectMetric(METRICS.operations.name) ended: Counter,
  ) {
    this.ticker = access.createOperationTicker({
      onJob: (kind, queue) => changes.inc({ queue, change: kind === 'redrive' ? 'redriven' : 'purged' }),
      onEnd: (kind, outcome) => ended.inc({ kind, outcome }),
      onError: (error: Error, operation?: Operation) =>
        logger.warn({ ...(operation && { operation: operation.id }) }, `operations: ${error.message}`),
    });
  }

  onApplicationBootstrap(): void {
    this.ticker.start();
  }

  /** Before the connection is closed: the turn that is under way ends, and the next one is another gateway's at once. */
  async onModuleDestroy(): Promise<void> {
    await this.ticker.stop();
  }
}
