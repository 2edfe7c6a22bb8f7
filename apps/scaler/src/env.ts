import { availableParallelism } from 'node:os';
import { queueChoices, queueEnvShape } from '@dts/queue';
import { loggerEnvShape, metricsEnvShape, serverEnvShape } from '@dts/runtime';
import { z } from 'zod';
import { leaseEnvShape } from './election/lease-env.js';
import { kedaEnvShape, TLS_IS_WHOLE } from './keda/keda-env.js';
import { kubernetesEnvShape } from './kubernetes/cluster-access.js';

const MOST_WORKERS = 1_000;

export const scalerEnv = z
  .object({
    ...loggerEnvShape,
    ...queueEnvShape,
    ...serverEnvShape(3002),
    ...metricsEnvShape,
    /** YAML: pools, their limits and targets. Read again whenever it changes. Unset: a pool for each queue. */
    SCALER_POLICY: z.string().optional(),
    /** Goes before what the policy says of every pool. `observe` decides and changes nothing, `off` does not even decide. */
    SCALER_MODE: z.enum(['off', 'observe', 'enforce']).optional(),
    /** Of the built-in policy. `local-process` needs the supervisor of `npm start`, which sets it. */
    SCALER_TARGET: z.enum(['dry-run', 'local-process']).default('dry-run'),
    /** Of the built-in policy: the fewest and the most workers of each pool. */
    WORKERS_MIN: z.coerce.number().int().min(0).max(MOST_WORKERS).default(1),
    WORKERS_MAX: z.coerce.number().int().min(1).max(MOST_WORKERS).default(availableParallelism()),
    /** Of the built-in policy: milliseconds that a new worker needs until it fetches. Delayed jobs due by then count as load. */
    COLD_START: z.coerce.number().int().min(0).max(600_000).default(5_000),
    /** As the workers have it: which queues the built-in policy has pools for, and the slots of workers that local processes get. */
    QUEUES: queueChoices,
    /** Milliseconds between two readings. */
    SIGNAL_INTERVAL: z.coerce.number().int().min(100).max(60_000).default(5_000),
    /** As the gateway's: whose keys have `ops:write` may pin pools. Without any, nobody may. */
    API_KEYS: z.string().optional(),
    API_KEYS_FILE: z.string().optional(),
    ...kedaEnvShape,
    /** By what scalers agree which of them acts: a lock in the Redis of the queues, or a Lease in the Kubernetes that they run in. */
    SCALER_ELECTION: z.enum(['redis', 'lease']).default('redis'),
    ...leaseEnvShape,
    ...kubernetesEnvShape,
  })
  .refine(({ WORKERS_MIN, WORKERS_MAX }) => WORKERS_MIN <= WORKERS_MAX, {
    path: ['WORKERS_MAX'],
    error: ({ input }) => tellBounds(input as Record<'WORKERS_MIN' | 'WORKERS_MAX', number>),
  })
  .refine(TLS_IS_WHOLE.check, TLS_IS_WHOLE.problem);

/** Also of a maximum that nobody has set: this machine has so many cores. */
function tellBounds({ WORKERS_MIN, WORKERS_MAX }: Record<'WORKERS_MIN' | 'WORKERS_MAX', number>): string {
  return `is ${WORKERS_MAX} (the number of cores unless set), less than WORKERS_MIN, which is ${WORKERS_MIN}: raise it, or lower WORKERS_MIN`;
}

/** Injection token of the parsed environment. */
export const SCALER_ENV = Symbol('SCALER_ENV');

export type ScalerEnv = z.output<typeof scalerEnv>;
