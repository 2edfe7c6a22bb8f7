const SCOPES = ['jobs:submit', 'jobs:read', 'schedules:write', 'workers:lease'];

export interface AppSettings {
  readonly redisUrl: string;
  readonly prefix: string;
  readonly apiKey: string;
  readonly tenant: string;
  /** Milliseconds of the workers' locks, and of leases. */
  readonly lockMs: number;
}

/** What every app of a stage is told. */
export function appEnv({ redisUrl, prefix, apiKey, tenant, lockMs }: AppSettings): Record<string, string> {
  return {
    REDIS_URL: redisUrl,
    QUEUE_PREFIX: prefix,
    API_KEYS: JSON.stringify([{ id: tenant, key: apiKey, scopes: SCOPES, tenant }]),
    OUTBOUND_ALLOW_LOOPBACK: 'true',
    LOG_LEVEL: 'warn',
    LOCK_DURATION: String(lockMs),
    LEASE_DURATION: String(lockMs),
  };
}
