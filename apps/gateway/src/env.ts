import { queueEnvShape } from '@dts/queue';
import { loggerEnvShape, serverEnvShape } from '@dts/runtime';
import { z } from 'zod';

export const gatewayEnv = z.object({
  ...loggerEnvShape,
  ...queueEnvShape,
  ...serverEnvShape(3000),
  /**
   * How much an acknowledgement is worth: `fast` may lose a second of jobs in a power cut, `synced` none, `replicated` none
   * in a failover either.
   */
  DURABILITY: z.enum(['fast', 'synced', 'replicated']).default('synced'),
  /** For `replicated`: replicas that must be online. Every submission waits for all that are. */
  REPLICAS: z.coerce.number().int().min(1).max(100).default(1),
  /** Jobs that may wait in each queue, scheduled ones included; more are answered 429. */
  BACKLOG_LIMIT: z.coerce.number().int().min(1).default(1_000_000),
  /** JSON: `[{ "id", "hash" | "key", "scopes", "tenant" }]`. */
  API_KEYS: z.string().optional(),
  /** A file with the same, instead. */
  API_KEYS_FILE: z.string().optional(),
  /** Signs the sessions of /ui. Random unless given, so give it where several gateways share a name. */
  SESSION_SECRET: z.string().min(32, 'needs 32 characters or more').optional(),
});

/** Injection token of the parsed environment. */
export const GATEWAY_ENV = Symbol('GATEWAY_ENV');

export type GatewayEnv = z.output<typeof gatewayEnv>;
