import { METRICS } from '@dts/runtime';
import { type Decision, STEP_NAMES } from '@dts/scaling';
import { Injectable } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter, Gauge } from 'prom-client';
import type { OnScale } from './enforcer.js';
import type { Round } from './pool-reconciler.js';

/** Publishes what becomes of pools as metrics. What is unknown is taken out rather than left at its last value. */
@Injectable()
export class RoundPublisher {
  constructor(
    @InjectMetric(METRICS.poolWorkers.name) private readonly workers: Gauge,
    @InjectMetric(METRICS.poolDraining.name) private readonly draining: Gauge,
    @InjectMetric(METRICS.poolRaw.name) private readonly raw: Gauge,
    @InjectMetric(METRICS.poolDesired.name) private readonly desired: Gauge,
    @InjectMetric(METRICS.poolStage.name) private readonly stage: Gauge,
    @InjectMetric(METRICS.poolPinned.name) private readonly pinned: Gauge,
    @InjectMetric(METRICS.decisions.name) private readonly decisions: Counter,
    @InjectMetric(METRICS.scalings.name) private readonly scalings: Counter,
    @InjectMetric(METRICS.leader.name) private readonly leader: Gauge,
  ) {}

  /** What this process sees, whether or not it leads. */
  round(pool: string, { replicas, draining }: Round): void {
    setOrRemove(this.workers, { pool }, replicas);
    this.draining.set({ pool }, draining.length);
  }

  /** The decision that is in force, and whether it is this process's own. */
  decision(decision: Decision, isOwn: boolean): void {
    const { pool, raw, desired, current, steps } = decision;
    setOrRemove(this.raw, { pool }, raw);
    setOrRemove(this.desired, { pool }, desired);
    for (const stage of STEP_NAMES) setOrRemove(this.stage, { pool, stage }, steps.findLast(({ name }) => name === stage)?.value ?? null);
    this.pinned.set({ pool }, steps.some(({ name }) => name === 'pin') ? 1 : 0);
    if (isOwn) this.decisions.inc({ pool, outcome: desired === null || current === null ? 'unknown' : outcomeOf(desired - current) });
  }

  readonly scaled: OnScale = (pool, direction, error) => {
    this.scalings.inc({ pool, direction, outcome: error ? 'failed' : 'done' });
  };

  leads(isLeader: boolean): void {
    this.leader.set(isLeader ? 1 : 0);
  }

  withdraw(pool: string): void {
    for (const gauge of [this.workers, this.draining]) gauge.remove({ pool });
    this.retract(pool);
  }

  /** No decision is in force. */
  retract(pool: string): void {
    for (const gauge of [this.raw, this.desired, this.pinned]) gauge.remove({ pool });
    for (const stage of STEP_NAMES) this.stage.remove({ pool, stage });
  }
}

function setOrRemove(gauge: Gauge, labels: Record<string, string>, value: number | null): void {
  if (value === null) gauge.remove(labels);
  else gauge.set(labels, value);
}

function outcomeOf(change: number): string {
  if (change === 0) return 'stay';
  return change > 0 ? 'up' : 'down';
}
