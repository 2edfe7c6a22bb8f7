import { isLeased, QUEUE_NAMES } from '@dts/jobs';
import { type PoolPolicy, toPolicies } from '@dts/scaling';
import type { ScalerEnv } from '../env.js';

type BuiltInEnv = Pick<ScalerEnv, 'QUEUES' | 'SCALER_TARGET' | 'WORKERS_MIN' | 'WORKERS_MAX' | 'COLD_START'>;

/**
 * A pool for each class of work, since a slow job of one must not keep the workers of another. Where nothing can be scaled it
 * observes, so that what it would do can be seen first.
 */
export function builtInPolicies({ QUEUES, SCALER_TARGET, WORKERS_MIN, WORKERS_MAX, COLD_START }: BuiltInEnv): readonly PoolPolicy[] {
  const pool = (queue: string) => ({
    queues: [queue],
    target: { kind: SCALER_TARGET },
    min: WORKERS_MIN,
    max: WORKERS_MAX,
    coldStart: COLD_START,
  });
  const pools = Object.fromEntries(QUEUES.map(({ queue }) => [queue, pool(queue)]));
  return toPolicies(
    { mode: SCALER_TARGET === 'dry-run' ? 'observe' : 'enforce', pools },
    { queues: QUEUE_NAMES, leased: QUEUE_NAMES.filter(isLeased) },
  );
}
