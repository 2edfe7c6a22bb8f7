import { Hpa, type HpaOptions, metricOf } from './hpa.js';
import type { Scaler, Seen } from './scaler.js';

/** Defaults of a ScaledObject. */
const POLLING_INTERVAL = 30_000;
const COOLDOWN_PERIOD = 300_000;

export interface KedaOptions {
  readonly metric: HpaOptions['metric'];
  /** Jobs for each replica: `lagThreshold`, `queueLength`, `listLength`. */
  readonly lagPerReplica: number;
  /** `minReplicaCount`, 0 unless given there. */
  readonly min: number;
  readonly max: number;
}

/**
 * KEDA's rule for queues: from one replica on, an HPA that it makes keeps the lag for each replica at the target (`AverageValue`);
 * KEDA itself goes from zero to one when a poll finds any lag, and back when none was found for the cooldown period.
 * @see https://keda.sh/docs/latest/concepts/scaling-deployments/ and https://keda.sh/docs/latest/reference/scaledobject-spec/
 */
export class Keda implements Scaler {
  readonly period: number;
  readonly manners: Scaler['manners'];
  readonly initial: number;
  readonly #hpa: Hpa;
  #nextPoll = 0;
  #lastActive = 0;

  constructor(private readonly options: KedaOptions) {
    const { metric, lagPerReplica, min, max } = options;
    this.#hpa = new Hpa({ metric, target: { type: 'AverageValue', jobs: lagPerReplica }, min: Math.max(1, min), max });
    this.period = this.#hpa.period;
    this.manners = this.#hpa.manners;
    this.initial = min;
  }

  decide(seen: Seen): number {
    const desired = this.#hpa.decide(seen);
    if (seen.now < this.#nextPoll) return desired;
    this.#nextPoll = seen.now + POLLING_INTERVAL;
    if (metricOf(this.options.metric, seen.reading) > 0) {
      this.#lastActive = seen.now;
      return Math.max(1, desired);
    }
    return this.options.min === 0 && seen.now - this.#lastActive > COOLDOWN_PERIOD ? 0 : desired;
  }
}
