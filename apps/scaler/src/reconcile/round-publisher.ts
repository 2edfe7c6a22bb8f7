import { METRICS } from '@dts/runtime';
import { type Decision, type PoolPolicy, STEP_NAMES } from '@dts/scaling';
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
    @InjectMetric(METRICS.poolReady.name) private readonly ready: Gauge,
    @InjectMetric(METRICS.poolLimit.name) private readonly limit: Gauge,
    @InjectMetric(METRICS.poolPickUpTarget.name) private readonly pickUpTarget: Gauge,
    @InjectMetric(METRICS.poolBlocked.name) private readonly blocked: Gauge,
    @InjectMetric(METRICS.lastRound.name) private readonly lastRound: Gauge,
    @InjectMetric(METRICS.decisions.name) private readonly decisions: Counter,
    @InjectMetric(METRICS.scalings.name) private readonly scalings: Counter,
    @InjectMetric(METRICS.leader.name) private readonly leader: Gauge,
  ) {}

  /** What the leader has found, and what came of it. */
  round({ pool, min, max, pickUpTarget }: PoolPolicy, { signal, replicas, draining, problem, decided }: Round): void {
    setOrRemove(this.workers, { pool }, replicas);
    setOrRemove(this.ready, { pool }, signal.state === 'known' ? signal.workers.filter((worker) => !worker.draining).length : null);
    this.draining.set({ pool }, draining.length);
    this.limit.set({ pool, limit: 'min' }, min);
    this.limit.set({ pool, limit: 'max' }, max);
    this.pickUpTarget.set({ pool }, pickUpTarget / 1_000);
    this.blocked.set({ pool }, problem === undefined ? 0 : 1);
    for (const direction of ['up', 'down']) for (const outcome of ['done', 'failed']) this.scalings.inc({ pool, direction, outcome }, 0);
    if (decided) this.decision(decided.decision);
  }

  private decision(decision: Decision): void {
    const { pool, raw, desired, current, steps } = decision;
    setOrRemove(this.raw, { pool }, raw);
    setOrRemove(this.desired, { pool }, desired);
    for (const stage of STEP_NAMES) setOrRemove(this.stage, { pool, stage }, steps.findLast(({ name }) => name === stage)?.value ?? null);
    this.pinned.set({ pool }, steps.some(({ name }) => name === 'pin') ? 1 : 0);
    this.decisions.inc({ pool, outcome: desired === null || current === null ? 'unknown' : outcomeOf(desired - current) });
  }

  readonly scaled: OnScale = (pool, direction, error) => {
    this.scalings.inc({ pool, direction, outcome: error ? 'failed' : 'done' });
  };

  /** This process got through all pools. */
  roundEnded(at: number): void {
    this.lastRound.set(at / 1_000);
  }

  leads(isLeader: boolean): void {
    this.leader.set(isLeader ? 1 : 0);
  }

  /** The pool is gone, or another scaler tells of it. */
  withdraw(pool: string): void {
    const { workers, ready, draining, pickUpTarget, blocked } = this;
    for (const gauge of [workers, ready, draining, pickUpTarget, blocked]) gauge.remove({ pool });
    for (const limit of ['min', 'max']) this.limit.remove({ pool, limit });
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
