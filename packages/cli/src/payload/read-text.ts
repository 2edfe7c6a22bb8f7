import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { UsageError } from '../failure/usage-error.js';
import type { World } from '../process/world.js';

/** A value as it stands, of a file (`@path`), or of standard input (`-`). @throws UsageError */
export async function readText(given: string, world: Pick<World, 'cwd' | 'in'>): Promise<string> {
  if (given === '-') return text(world.in);
  return given.startsWith('@') ? readFile(given.slice(1), world) : given;
}

/** Of a file, or of standard input (`-`). @throws UsageError */
export async function readFileOrInput(path: string, world: Pick<World, 'cwd' | 'in'>): Promise<string> {
  return path === '-' ? text(world.in) : readFile(path, world);
}

/** @throws UsageError that says what is no JSON */
export function parseJson(source: string, what: string): unknown {
  try {
    return JSON.parse(source);
  } catch (error) {
    throw new UsageError(`${what} is not JSON: ${(error as Error).message}`);
  }
}

function readFile(path: string, { cwd }: Pick<World, 'cwd'>): string {
  try {
    return readFileSync(resolve(cwd, path), 'utf8');
  } catch (error) {
    throw new UsageError(`${path} can't be read: ${(error as NodeJS.ErrnoException).code}.`);
  }
}
