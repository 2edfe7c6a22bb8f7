import { queueEnvShape } from '@dts/queue';
import { loggerEnvShape, serverEnvShape } from '@dts/runtime';
import { z } from 'zod';
import { kedaEnvShape, TLS_IS_WHOLE } from './keda/keda-env.js';

const variables = z.object({
  ...loggerEnvShape,
  ...queueEnvShape,
  ...serverEnvShape(3002),
  /** `observe` reads and publishes, and changes nothing. */
  SCALER_MODE: z.literal('observe').default('observe'),
  /** Milliseconds between two readings. */
  SIGNAL_INTERVAL: z.coerce.number().int().min(100).max(60_000).default(5_000),
  /** Milliseconds that a new worker needs until it fetches: delayed jobs due by then count as load. */
  COLD_START: z.coerce.number().int().min(0).max(600_000).default(5_000),
  ...kedaEnvShape,
});

export const scalerEnv = variables.refine(TLS_IS_WHOLE.check, TLS_IS_WHOLE.problem);

/** Injection token of the parsed environment. */
export const SCALER_ENV = Symbol('SCALER_ENV');

export type ScalerEnv = z.output<typeof scalerEnv>;
