import type { RedisClient } from './connection.js';
import { callAtNodeOf } from './node-of-key.js';

/**
 * How much a submission's acknowledgement is worth: `fast` may lose a second of them in a power cut, `synced` none,
 * `replicated` none in a failover either.
 */
export type Durability = 'fast' | 'synced' | 'replicated';

interface Requirement {
  readonly fast: readonly string[];
  /** And `replicated`. */
  readonly synced: readonly string[];
}

/** What `synced` needs. Measured: with `everysec` a power cut loses acknowledged jobs, with `always` it does not. */
const REQUIRED: Readonly<Record<string, Requirement>> = {
  appendonly: { fast: ['yes'], synced: ['yes'] },
  appendfsync: { fast: ['everysec', 'always'], synced: ['always'] },
  'no-appendfsync-on-rewrite': { fast: ['yes', 'no'], synced: ['no'] },
  'maxmemory-policy': { fast: ['noeviction'], synced: ['noeviction'] },
};

/** What Redis has; a setting that it does not tell is missing. */
interface Live {
  readonly settings: ReadonlyMap<string, string>;
  /** Why some are missing. */
  readonly refusal?: string;
}

/**
 * Compares the live settings of the Redis that has our keys with what is promised. A setting that cannot be seen counts
 * as weaker.
 * @param prefix as of `keyPrefix`
 * @returns a line for each setting that is weaker, none when all is well
 * @throws when Redis does not answer
 */
export async function findWeakSettings(redis: RedisClient, prefix: string, durability: Durability): Promise<string[]> {
  const { settings, refusal } = await readSettings((command, ...args) => callAtNodeOf(redis, prefix, command, ...args));
  return Object.entries(REQUIRED).flatMap(([setting, required]) => {
    const allowed = required[durability === 'fast' ? 'fast' : 'synced'];
    const value = settings.get(setting);
    if (value !== undefined && allowed.includes(value)) return [];
    const has = value === undefined ? `does not tell ${setting} (${refusal ?? 'no such setting'})` : `has ${setting} ${value}`;
    return [`Redis ${has}; DURABILITY=${durability} needs ${allowed.join(' or ')}`];
  });
}

type Ask = (command: string, ...args: string[]) => Promise<unknown>;

async function readSettings(ask: Ask): Promise<Live> {
  try {
    const reply = (await ask('CONFIG', 'GET', ...Object.keys(REQUIRED))) as string[];
    return { settings: new Map(reply.flatMap((name, index) => (index % 2 === 0 ? [[name, String(reply[index + 1])]] : []))) };
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ReplyError')) throw error;
    return { settings: await readFromInfo(ask), refusal: `CONFIG GET is refused: ${error.message}` };
  }
}

/** A managed Redis often keeps CONFIG to itself. INFO tells some of it. */
async function readFromInfo(ask: Ask): Promise<ReadonlyMap<string, string>> {
  const info = `${await ask('INFO', 'persistence')}${await ask('INFO', 'memory')}`;
  const field = (name: string) => new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1];
  const policy = field('maxmemory_policy');
  const settings = new Map([['appendonly', field('aof_enabled') === '1' ? 'yes' : 'no']]);
  return policy === undefined ? settings : settings.set('maxmemory-policy', policy);
}
