import type { Reading } from '../pool/reading.js';
import { RecentChanges } from './recent-changes.js';
import type { Scaler, Seen } from './scaler.js';

/** Its defaults: flags of the controller manager, and `behavior` of a HorizontalPodAutoscaler that sets none. */
const SYNC_PERIOD = 15_000;
const TOLERANCE = 0.1;
const STABILIZATION = 300_000;
const POLICY_PERIOD = 15_000;
const MOST_ADDED = 4;
const MANNERS = { leaves: 'youngest', revives: false, hurries: false } as const;

export interface HpaOptions {
  /** What the metric counts: the queue, or also what runs (as lag counts what is not acknowledged). */
  readonly metric: 'waiting' | 'waiting and running';
  /** `AverageValue` is the metric for each pod, `Value` the whole of it. */
  readonly target: { readonly type: 'AverageValue' | 'Value'; readonly jobs: number };
  /** 1 at least: to scale to zero is an alpha feature that is off unless asked for. */
  readonly min: number;
  readonly max: number;
}

/**
 * The Horizontal Pod Autoscaler on an external metric, as published: `ceil(current × metric / target)`, unless within a tenth of the
 * target; then the highest of the last 5 minutes when that goes down; then at most twice the pods or 4 more in 15 seconds.
 * @see https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details and #configurable-scaling-behavior
 * @see https://github.com/kubernetes/kubernetes pkg/controller/podautoscaler: replica_calculator.go, horizontal.go
 */
export class Hpa implements Scaler {
  readonly period = SYNC_PERIOD;
  readonly manners = MANNERS;
  readonly initial: number;
  readonly #changes = new RecentChanges(POLICY_PERIOD);
  #recommendations: { readonly at: number; readonly replicas: number }[] = [];

  constructor(private readonly options: HpaOptions) {
    this.initial = Math.max(1, options.min);
  }

  decide(seen: Seen): number {
    if (seen.replicas === 0) return 0; // the HPA leaves a target at zero alone
    const desired = this.#limit(this.#stabilize(this.#recommend(seen), seen), seen);
    this.#changes.record(desired - seen.replicas, seen.now);
    return desired;
  }

  #recommend({ replicas, ready, reading }: Seen): number {
    const { metric, target } = this.options;
    const jobs = metricOf(metric, reading);
    const perPod = target.type === 'AverageValue';
    const ratio = jobs / (perPod ? target.jobs * replicas : target.jobs);
    if (Math.abs(1 - ratio) <= TOLERANCE) return replicas;
    return perPod ? Math.ceil(jobs / target.jobs) : Math.ceil(ratio * ready);
  }

  /** Down only to the highest of all recommendations in the window; up at once. */
  #stabilize(recommended: number, { now, replicas }: Seen): number {
    this.#recommendations = this.#recommendations.filter(({ at }) => at > now - STABILIZATION);
    const highest = Math.max(recommended, ...this.#recommendations.map((past) => past.replicas));
    this.#recommendations.push({ at: now, replicas: recommended });
    return Math.max(recommended, Math.min(replicas, highest));
  }

  #limit(desired: number, { now, replicas }: Seen): number {
    const { min, max } = this.options;
    const atPeriodStart = replicas - this.#changes.added(now);
    const most = Math.max(replicas, atPeriodStart * 2, atPeriodStart + MOST_ADDED);
    return Math.max(1, min, Math.min(desired, most, max));
  }
}

export function metricOf(metric: HpaOptions['metric'], { waiting, active }: Reading): number {
  return metric === 'waiting' ? waiting : waiting + active;
}
