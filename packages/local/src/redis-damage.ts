import { join } from 'node:path';
import { shellQuote } from './shell-quote.js';

/** What Redis says when it can't read back what it wrote. Failing to write (a full disk) is another matter. */
const DAMAGE =
  /reading the append only file|append log file .* doesn't exist|manifest file|AOF manifest|RDB (preamble|reading|checksum|CRC)/i;
/** The commands since the last rewrite: the one file of which a part can be saved. */
const INCREMENT = /appendonly\.aof\.\d+\.incr\.aof/;

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
  const fix = `redis-check-aof --fix ${shellQuote(join(folder, 'appendonly.aof.manifest'))}`;
  return (
    `Redis cannot read its append-only file ${join(folder, increment)}: it is damaged. Nothing was changed or deleted. ` +
    `Copy the folder ${folder} to a safe place, then cut the damaged end off with: ${fix}`
  );
}
