import { randomBytes } from 'node:crypto';
import { type RedisOptions, type RedisServer, startRedis } from '../redis/redis-server.js';
import { testPrefix } from '../redis/test-redis.js';
import { type App, type AppName, type AppOptions, startApp } from './app.js';

const ALL_SCOPES = ['jobs:submit', 'jobs:read', 'jobs:cancel', 'schedules:write', 'workers:lease', 'ops:read', 'ops:write'];

export interface StackOptions {
  readonly redis?: RedisOptions;
  /** Environment for every app. */
  readonly env?: Readonly<Record<string, string>>;
  /** Environment for one app, over `env`. */
  readonly appEnv?: Partial<Record<AppName, Readonly<Record<string, string>>>>;
  /** Beside the gateway; `['worker']` unless given. */
  readonly apps?: readonly Exclude<AppName, 'gateway'>[];
}

/** Redis and the built apps, each as its own process. */
export interface Stack {
  readonly redis: RedisServer;
  readonly gateway: App;
  readonly apps: ReadonlyMap<AppName, App>;
  /** The gateway's. */
  readonly url: string;
  /** Has every scope, for the tenant `test`. */
  readonly apiKey: string;
  readonly prefix: string;
  /** Starts one more of an app with the stack's environment; it is stopped with the stack. */
  start(name: AppName, env?: Readonly<Record<string, string>>, options?: Pick<AppOptions, 'outputFile'>): Promise<App>;
  /** Ends what runs still, Redis last. */
  stop(): Promise<void>;
}

export async function startStack(options: StackOptions = {}): Promise<Stack> {
  await using starting = new AsyncDisposableStack();
  const redis = starting.adopt(await startRedis(options.redis), (server) => server.stop());
  const apiKey = randomBytes(32).toString('base64url');
  const prefix = options.env?.QUEUE_PREFIX ?? testPrefix();
  const common = environment(redis.url, prefix, apiKey, options.env);
  const running = new Set<App>();
  starting.defer(async () => {
    await Promise.all([...running].map((app) => app.stop()));
  });
  const start: Stack['start'] = async (name, env, rest) => {
    const app = await startApp(name, { env: { ...common, ...options.appEnv?.[name], ...env }, ...rest });
    running.add(app);
    return app;
  };
  const apps = await startAll(['gateway', ...(options.apps ?? (['worker'] as const))], start);
  const gateway = apps.get('gateway') as App;
  const started = starting.move();
  return { redis, gateway, apps, url: gateway.url, apiKey, prefix, start, stop: () => started.disposeAsync() };
}

async function startAll(names: readonly AppName[], start: (name: AppName) => Promise<App>): Promise<Map<AppName, App>> {
  // All of them end, well or not, before one that failed is reported: what did start must be known, to be stopped.
  const outcomes = await Promise.allSettled(names.map(async (name) => [name, await start(name)] as const));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
  return new Map(outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : [])));
}

function environment(redisUrl: string, prefix: string, apiKey: string, env: StackOptions['env']): Record<string, string> {
  return {
    REDIS_URL: redisUrl,
    QUEUE_PREFIX: prefix,
    API_KEYS: JSON.stringify([{ id: 'test', key: apiKey, scopes: ALL_SCOPES, tenant: 'test' }]),
    OUTBOUND_ALLOW_LOOPBACK: 'true',
    ...env,
  };
}
