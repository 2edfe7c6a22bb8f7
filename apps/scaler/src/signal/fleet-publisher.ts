import { QUEUE_NAMES } from '@dts/jobs';
import type { WorkerInfo } from '@dts/queue';
import { METRICS } from '@dts/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Gauge } from 'prom-client';
import { ELECTION, type Election } from '../election/election.js';

/** Publishes what the registry of workers comes to for each queue, while this scaler leads. */
@Injectable()
export class FleetPublisher {
  constructor(
    @Inject(ELECTION) private readonly election: Election,
    @InjectMetric(METRICS.queueWorkers.name) private readonly workers: Gauge,
    @InjectMetric(METRICS.queueSlots.name) private readonly slots: Gauge,
    @InjectMetric(METRICS.queueBusySlots.name) private readonly busy: Gauge,
    @InjectMetric(METRICS.queueHeartbeat.name) private readonly heartbeat: Gauge,
  ) {}

  /** @param workers those in the registry; an error is why they are not known */
  publish(workers: readonly WorkerInfo[] | Error, now: number): void {
    const isKnown = !(workers instanceof Error) && this.election.token !== undefined;
    for (const queue of QUEUE_NAMES) {
      if (isKnown) this.publishQueue(queue, workers, now);
      else this.withdraw(queue);
    }
  }

  private publishQueue(queue: string, workers: readonly WorkerInfo[], now: number): void {
    const serving = workers.filter(({ queues }) => queues.some((served) => served.queue === queue));
    const places = serving.flatMap(({ queues }) => queues.filter((served) => served.queue === queue));
    this.workers.set({ queue }, serving.length);
    this.slots.set({ queue }, sum(places.map(({ slots }) => slots)));
    this.busy.set({ queue }, sum(places.map(({ busy }) => busy)));
    const oldest = Math.min(...serving.map(({ heartbeatAt }) => heartbeatAt));
    if (serving.length > 0) this.heartbeat.set({ queue }, Math.max(0, now - oldest) / 1_000);
    else this.heartbeat.remove({ queue });
  }

  private withdraw(queue: string): void {
    for (const gauge of [this.workers, this.slots, this.busy, this.heartbeat]) gauge.remove({ queue });
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
