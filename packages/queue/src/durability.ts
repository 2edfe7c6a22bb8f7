import type { RedisClient } from './connection.js';

/** How much a submission's acknowledgement is worth: `fast` may lose a second of them in a power cut, `synced` none. */
export type Durability = 'fast' | 'synced';

/** What `synced` needs. Measured: with `everysec` a power cut loses acknowledged jobs, with `always` it does not. */
const REQUIRED: Readonly<Record<string, Readonly<Record<Durability, readonly string[]>>>> = {
  appendonly: { fast: ['yes'], synced: ['yes'] },
  appendfsync: { fast: ['everysec', 'always'], synced: ['always'] },
  'no-appendfsync-on-rewrite': { fast: ['yes', 'no'], synced: ['no'] },
  'maxmemory-policy': { fast: ['noeviction'], synced: ['noeviction'] },
};

/**
 * Compares a Redis's live settings with what is promised.
 * @returns a line for each setting that is weaker, none when all is well
 * @throws when Redis does not answer
 */
export async function findWeakSettings(redis: RedisClient, durability: Durability): Promise<string[]> {
  const live = await readSettings(redis);
  return Object.entries(REQUIRED).flatMap(([setting, allowed]) => {
    const value = live.get(setting);
    if (value !== undefined && allowed[durability].includes(value)) return [];
    return [`Redis has ${setting} ${value ?? '(hidden)'}; DURABILITY=${durability} needs ${allowed[durability].join(' or ')}`];
  });
}

async function readSettings(redis: RedisClient): Promise<Map<string, string>> {
  const reply = (await redis.call('CONFIG', 'GET', ...Object.keys(REQUIRED))) as string[];
  const settings = new Map<string, string>();
  for (let index = 0; index + 1 < reply.length; index += 2) settings.set(String(reply[index]), String(reply[index + 1]));
  return settings;
}
