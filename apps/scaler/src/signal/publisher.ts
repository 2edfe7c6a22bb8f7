import type { QueueSnapshot } from '@dts/queue';
import { METRICS } from '@dts/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter, Gauge } from 'prom-client';
import { ELECTION, type Election } from '../election/election.js';
import type { KnownSignal, Signal } from './signal.js';

const STATES = ['waiting', 'parked', 'active', 'delayed', 'waiting-children', 'completed', 'dead', 'cancelled', 'expired'] as const;

/** Publishes signals as metrics while this scaler leads. What is unknown is taken out rather than left at its last value. */
@Injectable()
export class SignalPublisher {
  constructor(
    @Inject(ELECTION) private readonly election: Election,
    @InjectMetric(METRICS.queueJobs.name) private readonly jobs: Gauge,
    @InjectMetric(METRICS.oldestWaiting.name) private readonly oldestWaiting: Gauge,
    @InjectMetric(METRICS.delayedDue.name) private readonly delayedDue: Gauge,
    @InjectMetric(METRICS.paused.name) private readonly paused: Gauge,
    @InjectMetric(METRICS.arrivalRate.name) private readonly arrivalRate: Gauge,
    @InjectMetric(METRICS.signalFailures.name) private readonly failures: Counter,
  ) {}

  publish(signal: Signal): void {
    if (signal.state === 'unknown') this.failures.inc({ queue: signal.queue });
    if (signal.state === 'known' && this.election.token !== undefined) this.publishKnown(signal);
    else this.withdraw(signal.queue);
  }

  private publishKnown({ queue, snapshot, rates }: KnownSignal): void {
    for (const [state, count] of Object.entries(countsOf(snapshot))) this.jobs.set({ queue, state }, count);
    this.oldestWaiting.set({ queue }, (snapshot.oldestWaitingMs ?? 0) / 1000);
    this.delayedDue.set({ queue }, snapshot.delayedDue);
    this.paused.set({ queue }, snapshot.paused ? 1 : 0);
    if (rates) this.arrivalRate.set({ queue }, rates.arrivals);
    else this.arrivalRate.remove({ queue });
  }

  private withdraw(queue: string): void {
    for (const state of STATES) this.jobs.remove({ queue, state });
    for (const gauge of [this.oldestWaiting, this.delayedDue, this.paused, this.arrivalRate]) gauge.remove({ queue });
  }
}

function countsOf({ waitingChildren, ...counts }: QueueSnapshot): Record<(typeof STATES)[number], number> {
  const { waiting, parked, active, delayed, completed, dead, cancelled, expired } = counts;
  return { waiting, parked, active, delayed, 'waiting-children': waitingChildren, completed, dead, cancelled, expired };
}
