import { Loop } from '@dts/queue';
import { METRICS } from '@dts/runtime';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Gauge } from 'prom-client';
import { QueueAccess } from './queue-access.js';

const LOOK_MS = 5_000;

/** Tells whether Redis keeps what this gateway promises, whether or not somebody asks `/readyz`. */
@Injectable()
export class DurabilityMetrics implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop = new Loop(() => this.look());

  constructor(
    private readonly access: QueueAccess,
    @InjectMetric(METRICS.weakSettings.name) private readonly weak: Gauge,
  ) {
    weak.remove({});
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.loop.stop();
  }

  private async look(): Promise<number> {
    await this.access.weaknesses().then(
      (weaknesses) => this.weak.set(weaknesses.length),
      () => this.weak.remove({}),
    );
    return LOOK_MS;
  }
}
