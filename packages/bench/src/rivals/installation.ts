import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const CONTENDERS = resolve(import.meta.dirname, '../../contenders');
const CACHE = join(homedir(), '.cache/dts-bench');
const OUTPUT_BYTES = 16 * 1024 * 1024;

const execute = promisify(execFile);

/** Runs a command to its end. @throws Error with what it printed */
export async function runTool(command: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): Promise<void> {
  await execute(command, [...args], { cwd, env: { ...process.env, ...env }, maxBuffer: OUTPUT_BYTES });
}

/**
 * A folder of `contenders/`, with what it needs installed beside it: once for each state of its files, in the user's cache.
 * @param install makes it so, in a copy
 */
export async function provide(name: string, install: (dir: string) => Promise<void>): Promise<string> {
  const source = join(CONTENDERS, name);
  const dir = join(CACHE, `${name}-${await fingerprint(source)}`);
  if (await isThere(dir)) return dir;
  await mkdir(CACHE, { recursive: true });
  // It gets its name when it is whole.
  const half = `${dir}.half`;
  await rm(half, { recursive: true, force: true });
  await cp(source, half, { recursive: true, filter: (path) => !path.includes('node_modules') && !path.includes('__pycache__') });
  await install(half);
  await rename(half, dir);
  return dir;
}

async function isThere(dir: string): Promise<boolean> {
  return (await readdir(dir).catch(() => [])).length > 0;
}

async function fingerprint(dir: string): Promise<string> {
  const hash = createHash('sha256');
  for (const entry of (await readdir(dir, { recursive: true, withFileTypes: true })).sort((a, b) => (path(a) < path(b) ? -1 : 1))) {
    if (entry.isFile()) hash.update(entry.name).update(await readFile(path(entry)));
  }
  return hash.digest('hex').slice(0, 16);
}

function path({ parentPath, name }: { readonly parentPath: string; readonly name: string }): string {
  return join(parentPath, name);
}
