import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { shellQuote } from './shell-quote.js';

/** What Redis says when it can't read back what it wrote. Failing to write (a full disk) is another matter. */
const DAMAGE =
  /reading the append only file|append log file .* doesn't exist|obtain the AOF file|manifest file|AOF manifest|RDB (preamble|reading|checksum|CRC)/i;
/** The commands since the last rewrite: the one file of which a part can be saved. */
const INCREMENT = /appendonly\.aof\.\d+\.incr\.aof/;

const MANIFEST = 'appendonly.aof.manifest';
/** Written before the manifest when Redis starts for the first time, and empty then. */
const FIRST_BASE = 'appendonly.aof.1.base.rdb';

/**
 * Whether the list of append-only files is missing while there are some: Redis would take them for none, and overwrite
 * them with an empty database.
 * @returns one line that says what is wrong, where, and what to do
 */
export function describeLostManifest(redisDir: string): string | undefined {
  const folder = join(redisDir, 'appendonlydir');
  if (!existsSync(folder) || existsSync(join(folder, MANIFEST))) return undefined;
  const lost = readdirSync(folder).find((name) => name !== FIRST_BASE && statSync(join(folder, name)).size > 0);
  if (!lost) return undefined;
  return `Redis cannot read its append-only files in ${folder}: ${MANIFEST} is missing beside ${lost}. Nothing was changed or deleted. Restore the folder from a copy.`;
}

/**
 * Reads from the last lines of a Redis that ended whether its append-only file is damaged.
 * @returns one line that says what is wrong, where, and what to do
 */
export function describeDamage(lines: readonly string[], redisDir: string): string | undefined {
  // Redis marks its warnings with "#" after the time.
  const line = lines.findLast((text) => text.includes(' # ') && DAMAGE.test(text));
  if (!line) return undefined;
  const folder = join(redisDir, 'appendonlydir');
  const increment = INCREMENT.exec(line)?.[0];
  if (!increment) {
    const words = line.slice(line.indexOf(' # ') + 3);
    return `Redis cannot read its append-only files in ${folder} (${words}). Nothing was changed or deleted. Restore the folder from a copy.`;
  }
  const fix = `redis-check-aof --fix ${shellQuote(join(folder, MANIFEST))}`;
  return (
    `Redis cannot read its append-only file ${join(folder, increment)}: it is damaged. Nothing was changed or deleted. ` +
    `Copy the folder ${folder} to a safe place, then cut the damaged end off with: ${fix}`
  );
}
