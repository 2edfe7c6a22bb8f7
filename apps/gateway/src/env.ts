import { foreignJobsEnvShape, queueEnvShape } from '@dts/queue';
import { envList, loggerEnvShape, metricsEnvShape, rateSetting, serverEnvShape, tracingEnvShape } from '@dts/runtime';
import { z } from 'zod';

const variables = z.object({
  ...loggerEnvShape,
  ...queueEnvShape,
  ...tracingEnvShape,
  ...serverEnvShape(3000),
  ...foreignJobsEnvShape,
  /**
   * Milliseconds between the signal to stop and the stop, in which /readyz says no and all else is answered: longer than a balancer
   * takes to notice, or it sends requests to a gateway that is gone.
   */
  DRAIN_DELAY: z.coerce.number().int().min(0).max(600_000).default(0),
  ...metricsEnvShape,
  /**
   * How much an acknowledgement is worth: `fast` may lose a second of jobs in a power cut, `synced` none, `replicated` none
   * in a failover either.
   */
  DURABILITY: z.enum(['fast', 'synced', 'replicated']).default('synced'),
  /** For `replicated`: replicas that must be online, 1 unless given. Every submission waits for all that are. */
  REPLICAS: z.coerce.number().int().min(1).max(100).optional(),
  /** Jobs that may wait in each queue, scheduled ones included; more are answered 429. */
  BACKLOG_LIMIT: z.coerce.number().int().min(1).default(1_000_000),
  /**
   * Milliseconds after which a job whose worker has sent no heartbeat is taken from it, a second or two more at most. It must outlast a
   * short outage of Redis or of the gateway, or a job runs twice.
   */
  LEASE_DURATION: z.coerce.number().int().min(1_000).max(600_000).default(12_000),
  /** Event streams (`GET /v1/jobs/{id}/events`) that may be open at once here; more are answered 429. */
  EVENT_STREAMS: z.coerce.number().int().min(1).max(100_000).default(1_000),
  /** And of one API key. */
  EVENT_STREAMS_PER_KEY: z.coerce.number().int().min(1).max(100_000).default(100),
  /** Milliseconds in which the reader of a stream takes nothing of what waits for it, after which it is cut off. */
  EVENT_STREAM_STALL: z.coerce.number().int().min(100).max(3_600_000).default(45_000),
  /** Requests of each key to this gateway that says nothing of its own: `off`, or so many a second such as `200/s`, or `200/s:400` with a burst. */
  RATE_LIMIT: rateSetting.prefault('off'),
  /** The same for requests of one address without a known key. */
  UNAUTHENTICATED_LIMIT: rateSetting.prefault('20/s:200'),
  /** JSON: `[{ "id", "hash" | "key", "scopes", "tenant", "rateLimit" }]`. */
  API_KEYS: z.string().optional(),
  /** A file with the same, instead. */
  API_KEYS_FILE: z.string().optional(),
  /** Web pages that may call the API, by the origin that they come from; of every other, the browser refuses to hand over the answer. */
  CORS_ORIGINS: envList
    .refine((origins) => origins.every(isOrigin), 'lists origins: scheme, host and port without a path, such as https://app.example.com')
    .default([]),
  /** Signs the sessions of /ui. Random unless given, so give it where several gateways share a name. */
  SESSION_SECRET: z.string().min(32, 'needs 32 characters or more').optional(),
});

function isOrigin(text: string): boolean {
  return /^https?:\/\/[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

/** Whoever names replicas and forgets the rest would believe that they are waited for. */
export const gatewayEnv = variables.refine(({ DURABILITY, REPLICAS }) => REPLICAS === undefined || DURABILITY === 'replicated', {
  path: ['REPLICAS'],
  error: 'is for DURABILITY=replicated: nothing else waits for replicas',
});

/** Injection token of the parsed environment. */
export const GATEWAY_ENV = Symbol('GATEWAY_ENV');

export type GatewayEnv = z.output<typeof gatewayEnv>;
