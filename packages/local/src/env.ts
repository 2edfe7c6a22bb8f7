import { z } from 'zod';
import { StartError } from './start-error.js';

const REDIS_URL = /^rediss?(\+sentinel|\+cluster)?:\/\/[^/]/;
const REDIS_FORMS = 'redis://host:6379, rediss://host:6379, redis+sentinel://h1:26379,h2:26379/master, redis+cluster://h1:6379,h2:6379';

const shape = {
  /** Relative to the repository's root. */
  DATA_DIR: z.string().default('.data'),
  HOST: z.string().default('127.0.0.1'),
  /** Of the gateway; 0 for any free one. The worker and the scaler take the next two when they are free. */
  PORT: z.coerce.number('a port is a number from 0 to 65535').int().min(0).max(65535).default(3000),
  /** Unset: an embedded Redis. */
  REDIS_URL: z.string().regex(REDIS_URL, `not a Redis URL; use one of: ${REDIS_FORMS}`).optional(),
  QUEUE_PREFIX: z.string().default('dts'),
  /** `replicated` needs a Redis of one's own: the embedded one has no replicas. */
  DURABILITY: z.enum(['fast', 'synced', 'replicated']).default('synced'),
  /** With one of these the gateway has its keys, and none is made up. */
  API_KEYS: z.string().optional(),
  API_KEYS_FILE: z.string().optional(),
  /** Milliseconds that running jobs get to finish when the stack stops. */
  SHUTDOWN_GRACE: z.coerce.number('a number of milliseconds').int().min(0).default(25_000),
  LOG_LEVEL: z.string().optional(),
};

const workersShape = {
  ...shape,
  /** 0 for any free one. */
  PORT: shape.PORT.default(0),
};

export type LocalEnv = z.output<z.ZodObject<typeof shape>>;

/** @throws StartError with one line per variable that is wrong. */
export function parseEnv(env: NodeJS.ProcessEnv): LocalEnv {
  return parse(z.object(shape).refine(hasReplicas, { path: ['DURABILITY'], error: NO_REPLICAS }), env);
}

/** As {@link parseEnv}, for a worker by itself. */
export function parseWorkersEnv(env: NodeJS.ProcessEnv): LocalEnv {
  return parse(z.object(workersShape), env);
}

const NO_REPLICAS = 'replicated needs replicas, which the Redis of npm start has not: name yours in REDIS_URL';
const hasReplicas = ({ DURABILITY, REDIS_URL }: LocalEnv) => DURABILITY !== 'replicated' || REDIS_URL !== undefined;

function parse(schema: z.ZodType<LocalEnv>, env: NodeJS.ProcessEnv): LocalEnv {
  // A variable set to the empty string counts as not set.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new StartError(`The environment is not usable:\n${lines.join('\n')}`);
}
