import { hash as digestOf, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { EnvError } from './load-env.js';
import { type Rate, rate } from './rate.js';

export const SCOPES = ['jobs:submit', 'jobs:read', 'jobs:cancel', 'schedules:write', 'workers:lease', 'ops:read', 'ops:write'] as const;
export type Scope = (typeof SCOPES)[number];

/** Whoever calls: what an API key stands for. */
export interface ApiKey {
  readonly id: string;
  readonly tenant: string;
  readonly scopes: ReadonlySet<Scope>;
  /** Null for none, whatever the default is; the default where it is left out. */
  readonly rateLimit?: Rate | null;
  /** Queues that it may lease from; all that are leased unless given. */
  readonly queues?: readonly string[];
}

interface StoredKey extends ApiKey {
  /** SHA-256 of the key: enough for a random one, and safe to keep in a configuration. */
  readonly hash: Buffer;
}

const keyList = z
  .array(
    z
      .strictObject({
        id: z.string().regex(/^[\w.-]{1,64}$/, 'letters, digits, ".", "_" and "-", at most 64'),
        hash: z
          .string()
          .regex(/^[0-9a-f]{64}$/i, 'must be SHA-256 in hex (64 digits)')
          .optional(),
        key: z.string().min(32, 'needs 32 characters or more').optional(),
        scopes: z.array(z.enum(SCOPES)).min(1),
        tenant: z.string().regex(/^[\w.-]{1,64}$/, 'letters, digits, ".", "_" and "-", at most 64'),
        rateLimit: rate.nullable().optional(),
        queues: z.array(z.string()).min(1).optional(),
      })
      .refine((entry) => (entry.hash === undefined) !== (entry.key === undefined), 'give either hash or key'),
  )
  .refine((entries) => new Set(entries.map((entry) => entry.id)).size === entries.length, 'every id must be unique');

/** The keys that this app accepts. */
export class ApiKeys {
  private constructor(private readonly keys: readonly StoredKey[]) {}

  /** @throws EnvError that says what is wrong and where, without any key */
  static fromEnv(env: { API_KEYS?: string; API_KEYS_FILE?: string }): ApiKeys {
    const source = env.API_KEYS_FILE === undefined ? 'API_KEYS' : 'API_KEYS_FILE';
    const parsed = keyList.safeParse(readList(env));
    if (parsed.success) return new ApiKeys(parsed.data.map(toStoredKey));
    const lines = parsed.error.issues.map((issue) => `  ${source}/${issue.path.join('/')}: ${issue.message}`);
    throw new EnvError(`The environment is not usable:\n${lines.join('\n')}`);
  }

  /** Compares with every key, each in constant time, so that the time taken tells nothing. */
  find(secret: string): ApiKey | undefined {
    const hash = digestOf('sha256', secret, 'buffer');
    return this.keys.filter((key) => timingSafeEqual(key.hash, hash))[0];
  }

  /** All that a caller may act for. */
  get tenants(): ReadonlySet<string> {
    return new Set(this.keys.map(({ tenant }) => tenant));
  }

  byId(id: string): ApiKey | undefined {
    return this.keys.find((key) => key.id === id);
  }
}

function readList({ API_KEYS, API_KEYS_FILE }: { API_KEYS?: string; API_KEYS_FILE?: string }): unknown {
  try {
    return JSON.parse(API_KEYS_FILE === undefined ? (API_KEYS ?? '[]') : readFileSync(API_KEYS_FILE, 'utf8'));
  } catch (error) {
    // A parser's message quotes what it read, which here are secrets.
    const reason = error instanceof SyntaxError ? 'is not JSON' : `cannot be read (${(error as NodeJS.ErrnoException).code})`;
    throw new EnvError(
      `The environment is not usable:\n  ${API_KEYS_FILE === undefined ? 'API_KEYS' : `API_KEYS_FILE ${API_KEYS_FILE}`}: ${reason}`,
    );
  }
}

function toStoredKey({ id, hash, key, scopes, tenant, rateLimit, queues }: z.output<typeof keyList>[number]): StoredKey {
  const digest = hash === undefined ? digestOf('sha256', key ?? '', 'buffer') : Buffer.from(hash, 'hex');
  return { id, tenant, scopes: new Set(scopes), rateLimit, queues, hash: digest };
}

/** Whether a caller works across tenants. */
export function isOperator(key: ApiKey): boolean {
  return key.scopes.has('ops:read') || key.scopes.has('ops:write');
}
