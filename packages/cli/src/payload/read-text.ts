import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { UsageError } from '../failure/usage-error.js';
import type { World } from '../process/world.js';

export const STANDARD_INPUT = '-';

/** A value as it stands, of a file (`@path`), or of standard input (`-`). @throws UsageError */
export async function readText(given: string, world: Pick<World, 'cwd' | 'in'>): Promise<string> {
  if (given === STANDARD_INPUT) return readInput(world);
  return given.startsWith('@') ? readFile(given.slice(1), world) : given;
}

/** Of a file, or of standard input (`-`). @throws UsageError */
export async function readFileOrInput(path: string, world: Pick<World, 'cwd' | 'in'>): Promise<string> {
  return path === STANDARD_INPUT ? readInput(world) : readFile(path, world);
}

/** @throws UsageError that says what is no JSON */
export function parseJson(source: string, what: string): unknown {
  try {
    return JSON.parse(source);
  } catch (error) {
    throw new UsageError(`${what} is not JSON: ${(error as Error).message}`);
  }
}

/** What kept a file from being read. */
export function unreadable(path: string, error: unknown): UsageError {
  return new UsageError(`${path} can't be read: ${(error as NodeJS.ErrnoException).code}.`);
}

async function readInput(world: Pick<World, 'in'>): Promise<string> {
  return decode(await buffer(world.in), 'Standard input');
}

function readFile(path: string, { cwd }: Pick<World, 'cwd'>): string {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(resolve(cwd, path));
  } catch (error) {
    throw unreadable(path, error);
  }
  return decode(bytes, path);
}

/** Other bytes would be sent as something else. A byte order mark, with which some editors begin a file, is left out. */
function decode(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`${what} is not UTF-8.`);
  }
}
