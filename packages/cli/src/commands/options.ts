import { InvalidArgumentError, Option } from 'commander';
import { SHOWN } from '../output/list.js';
import { integer } from '../values/number.js';

export interface LimitOptions {
  readonly limit: number;
  readonly all?: boolean;
}

export const limitOption = () => new Option('--limit <n>', 'show so many').argParser(integer(1)).default(SHOWN);
export const allOption = () => new Option('--all', 'show all of them');
export const quietOption = () => new Option('-q, --quiet', 'print ids only, one a line');

/** @param meaning what submissions or requests with the same key are */
export const keyOption = (meaning: string) => new Option('--idempotency-key <key>', meaning).argParser(parseKey);

export function isKey(text: unknown): text is string {
  return typeof text === 'string' && /^[\x21-\x7e]{1,255}$/.test(text);
}

function parseKey(text: string): string {
  if (isKey(text)) return text;
  throw new InvalidArgumentError('A key has 1 to 255 visible ASCII characters.');
}

export function limitOf({ limit, all }: LimitOptions): number {
  return all ? Number.POSITIVE_INFINITY : limit;
}

/** What fits into a page, so that no more is asked for than is shown. */
export function pageSize(limit: number): number {
  return Math.min(100, limit + 1);
}

/** Collects an option that may come several times. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}
