import { offerOf } from './offer.js';
import type { PoolSource } from './pool-source.js';
import type { GetMetricSpecResponse, GetMetricsRequest, GetMetricsResponse, IsActiveResponse, ScaledObjectRef } from './protocol.js';
import { invalid, unavailable } from './refusal.js';
import { poolOf, quoted } from './scaled-object.js';

/** KEDA puts the number of the trigger before it, and its labels tell the ScaledObject: it need not name the pool. */
const METRIC = 'workers';

/**
 * What KEDA is answered. The metric is the number of workers that was decided, its target is 1 for each replica: the HPA that
 * KEDA makes divides the one by the other, and so arrives at the decision.
 */
export class ExternalScaler {
  constructor(
    private readonly source: PoolSource,
    /** Milliseconds after which a decision is stale. */
    private readonly maxAgeMs: number,
  ) {}

  /**
   * Whether the pool is to have any worker: while it is not, KEDA scales it to zero.
   * @throws Refusal when that is not known
   */
  isActive(scaledObject: ScaledObjectRef): IsActiveResponse {
    return { result: this.workers(this.pool(scaledObject)) > 0 };
  }

  /** Also while the load is not known: KEDA makes no HPA without it, and does not ask again for long. */
  metricSpec(scaledObject: ScaledObjectRef): GetMetricSpecResponse {
    this.pool(scaledObject);
    return { metricSpecs: [{ metricName: METRIC, targetSize: 1, targetSizeFloat: 1 }] };
  }

  /** @throws Refusal when the number is not known */
  metrics({ scaledObjectRef, metricName }: GetMetricsRequest): GetMetricsResponse {
    const pool = this.pool(scaledObjectRef);
    if (metricName !== METRIC) throw invalid(`there is no metric ${quoted(metricName)}: the only one is "${METRIC}"`);
    const workers = this.workers(pool);
    return { metricValues: [{ metricName, metricValue: workers, metricValueFloat: workers }] };
  }

  /** @throws Refusal for a pool that is not there */
  pool(scaledObject: ScaledObjectRef | null): string {
    return poolOf(scaledObject, this.source.pools());
  }

  private workers(pool: string): number {
    const offer = offerOf(this.source.latest(pool), Date.now(), this.maxAgeMs);
    if (offer.state === 'unknown') throw unavailable(`pool ${quoted(pool)}: ${offer.reason}`);
    return offer.workers;
  }
}
