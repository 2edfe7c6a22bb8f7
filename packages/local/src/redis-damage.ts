import { join } from 'node:path';
import { shellQuote } from './shell-quote.js';

const MANIFEST = /AOF manifest|manifest file/i;
/** What Redis says when it can't read back what it wrote. Failing to write (a full disk) is another matter. */
const DAMAGE = [
  /reading the append only file/i,
  /RDB preamble/i,
  /append log file .* doesn't exist/i,
  MANIFEST,
  /rdb file reading failure|RDB CRC error|Wrong signature/i,
];
const FILE = /appendonly\.aof\.\d+\.(?:incr|base)\.(?:aof|rdb)/;

/**
 * Reads from the last lines of a Redis that ended whether its append-only file is damaged.
 * @returns one line that says what is wrong, where, and what to do
 */
export function describeDamage(lines: readonly string[], redisDir: string): string | undefined {
  // Redis marks its warnings with "#" after the time.
  const line = lines.findLast((text) => text.includes(' # ') && DAMAGE.some((pattern) => pattern.test(text)));
  if (!line) return undefined;
  const folder = join(redisDir, 'appendonlydir');
  const manifest = join(folder, 'appendonly.aof.manifest');
  if (MANIFEST.test(line)) {
    return `Redis cannot read the list of its append-only files ${manifest}: it is damaged. Nothing was changed or deleted. Restore it from a copy.`;
  }
  const file = join(folder, FILE.exec(line)?.[0] ?? '');
  const fix = `redis-check-aof --fix ${shellQuote(manifest)}`;
  return (
    `Redis cannot read its append-only file ${file}: it is damaged. Nothing was changed or deleted. ` +
    `Copy the folder ${folder} to a safe place, then cut the damaged end off with: ${fix}`
  );
}
