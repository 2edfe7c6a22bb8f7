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
 * Compares what the Redis that has our keys does now with what is promised. A setting that cannot be seen counts
 * as weaker.
 * @param prefix as of `keyPrefix`
 * @returns a line for each setting that is weaker, and one while they do not hold yet; none when all is well
 * @throws when Redis does not answer
 */
export async function findWeakSettings(redis: RedisClient, prefix: string, durability: Durability): Promise<string[]> {
  const ask: Ask = (command, ...args) => callAtNodeOf(redis, prefix, command, ...args);
  return [...compare(await readSettings(ask), durability), ...findBeginning(String(await ask('INFO', 'persistence')))];
}

/**
 * Redis lists its first append-only file only when that is whole: a crash before loses all that was written, whatever the
 * settings say. So it is after `CONFIG SET appendonly yes`, and on a replica that has just copied its master, which Sentinel
 * may promote. A server that began with an empty file looks the same when it rewrites that for the first time; no harm is
 * done in that moment.
 */
function findBeginning(persistence: string): string[] {
  const has = (field: string) => new RegExp(`^${field}\\r?$`, 'm').test(persistence);
  const isRewriting = has('aof_rewrite_in_progress:1') || has('aof_rewrite_scheduled:1');
  if (!isRewriting || !has('aof_base_size:0')) return [];
  return ['Redis is writing its first append-only file: a crash before it is done loses everything'];
}

function compare({ settings, refusal }: Live, durability: Durability): string[] {
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
