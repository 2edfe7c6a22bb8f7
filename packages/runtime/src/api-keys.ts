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

/** Where an app's keys stand. */
export interface ApiKeysEnv {
  readonly API_KEYS?: string;
  readonly API_KEYS_FILE?: string;
}

/** The keys that this app accepts, now. */
export class ApiKeys {
  #tenants: ReadonlySet<string>;

  private constructor(private keys: readonly StoredKey[]) {
    this.#tenants = tenantsOf(keys);
  }

  /** @throws EnvError that says what is wrong and where, without any key */
  static fromEnv({ API_KEYS = '[]', API_KEYS_FILE: file }: ApiKeysEnv): ApiKeys {
    try {
      return file === undefined ? ApiKeys.parse(API_KEYS) : ApiKeys.parse(readKeyFile(file), file);
    } catch (error) {
      throw new EnvError(`The environment is not usable:\n${(error as Error).message}`);
    }
  }

  /** @param file where the text is from, if it is @throws Error with a line for everything that is wrong, and no key */
  static parse(text: string, file?: string): ApiKeys {
    const source = file === undefined ? 'API_KEYS' : 'API_KEYS_FILE';
    const parsed = keyList.safeParse(fromJson(text, file === undefined ? source : `${source} ${file}`));
    if (parsed.success) return new ApiKeys(parsed.data.map(toStoredKey));
    throw new Error(parsed.error.issues.map((issue) => `  ${source}/${issue.path.join('/')}: ${issue.message}`).join('\n'));
  }

  /** Compares with every key, each in constant time, so that the time taken tells nothing. */
  find(secret: string): ApiKey | undefined {
    const hash = digestOf('sha256', secret, 'buffer');
    return this.keys.filter((key) => timingSafeEqual(key.hash, hash))[0];
  }

  /** All that a caller may act for. Another set once other keys are in force. */
  get tenants(): ReadonlySet<string> {
    return this.#tenants;
  }

  get count(): number {
    return this.keys.length;
  }

  byId(id: string): ApiKey | undefined {
    return this.keys.find((key) => key.id === id);
  }

  /** Those of `others` are in force from now on. @returns ids of the keys that came, and of those that went; of a new key under an old id, both */
  replace(others: ApiKeys): { readonly added: readonly string[]; readonly removed: readonly string[] } {
    const change = { added: others.without(this), removed: this.without(others) };
    this.keys = others.keys;
    this.#tenants = others.#tenants;
    return change;
  }

  private without({ keys }: ApiKeys): string[] {
    return this.keys.filter((key) => !keys.some(({ id, hash }) => id === key.id && hash.equals(key.hash))).map(({ id }) => id);
  }
}

/** @throws Error that says why it cannot be read */
export function readKeyFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`  API_KEYS_FILE ${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

function fromJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A parser's message quotes what it read, which here are secrets.
    throw new Error(`  ${source}: is not JSON`);
  }
}

function tenantsOf(keys: readonly StoredKey[]): ReadonlySet<string> {
  return new Set(keys.map(({ tenant }) => tenant));
}

function toStoredKey({ id, hash, key, scopes, tenant, rateLimit, queues }: z.output<typeof keyList>[number]): StoredKey {
  const digest = hash === undefined ? digestOf('sha256', key ?? '', 'buffer') : Buffer.from(hash, 'hex');
  return { id, tenant, scopes: new Set(scopes), rateLimit, queues, hash: digest };
}

/** Whether a caller works across tenants. */
export function isOperator(key: ApiKey): boolean {
  return key.scopes.has('ops:read') || key.scopes.has('ops:write');
}
