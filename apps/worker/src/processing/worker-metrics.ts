import type { WorkerQueue } from '@dts/queue';
import { METRICS } from '@dts/runtime';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter, Gauge } from 'prom-client';
import { WORKER_ENV, type WorkerEnv } from '../env.js';

/** What this process tells of itself, beside its jobs. */
@Injectable()
export class WorkerMetrics implements OnApplicationBootstrap {
  constructor(
    @Inject(WORKER_ENV) private readonly env: WorkerEnv,
    @InjectMetric(METRICS.slots.name) private readonly slots: Gauge,
    @InjectMetric(METRICS.busySlots.name) private readonly busySlots: Gauge,
    @InjectMetric(METRICS.workerDraining.name) private readonly draining: Gauge,
    @InjectMetric(METRICS.heartbeat.name) private readonly heartbeat: Gauge,
    @InjectMetric(METRICS.stalls.name) private readonly stalls: Counter,
    @InjectMetric(METRICS.consumerRestarts.name) private readonly restarts: Counter,
    @InjectMetric(METRICS.handlerCrashes.name) private readonly crashes: Counter,
  ) {}

  /** From 0 on, so that Prometheus sees the first of each happen. */
  onApplicationBootstrap(): void {
    for (const { queue } of this.env.QUEUES) for (const counter of [this.stalls, this.restarts]) counter.inc({ queue }, 0);
    for (const place of ['thread', 'quarantine']) this.crashes.inc({ place }, 0);
  }

  status(queues: readonly WorkerQueue[], isDraining: boolean): void {
    for (const { queue, slots, busy } of queues) {
      this.slots.set({ queue }, slots);
      this.busySlots.set({ queue }, busy);
    }
    this.draining.set(isDraining ? 1 : 0);
  }

  /** Redis has taken a heartbeat. */
  readonly heard = (): void => {
    this.heartbeat.set(Date.now() / 1_000);
  };

  stalled(queue: string): void {
    this.stalls.inc({ queue });
  }

  restarted(queue: string): void {
    this.restarts.inc({ queue });
  }

  crashed(place: 'thread' | 'quarantine'): void {
    this.crashes.inc({ place });
  }
}
