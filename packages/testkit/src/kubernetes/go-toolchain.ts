import { execFile } from 'node:child_process';
import { chmod, copyFile, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { goArchitecture } from './platform.js';

const run = promisify(execFile);

/** Kubernetes asks for this one or a newer one, as go.mod says. */
const NEEDED = { major: 1, minor: 26 };
/** Fetched where the installed one is older. */
const NEWER = 'go1.27.3';
/** From this one on Go fetches a newer one of itself. */
const FETCHES_ITSELF = { major: 1, minor: 21 };

/** A Go that is new enough, and what it must find in its environment. */
export interface GoToolchain {
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The machine's own Go, or a newer one that it fetches as a module, checked against Go's public log of checksums.
 * @throws Error that says what to do when there is no Go, or why a newer one cannot be had
 */
export async function findGo(env: NodeJS.ProcessEnv = process.env): Promise<GoToolchain> {
  const version = await installedVersion(env);
  const way = wayToGo(version);
  if (way === 'installed') return { command: 'go', env: { GOTOOLCHAIN: 'local' } };
  if (way === 'itself') return { command: 'go', env: { GOTOOLCHAIN: NEWER } };
  return unpackToolchain(env);
}

/** What to do with an installed Go of this version, such as `go1.26.8`: take it, let it fetch a newer one, or fetch that by hand. */
export function wayToGo(version: string): 'installed' | 'itself' | 'by hand' {
  if (isAtLeast(version, NEEDED)) return 'installed';
  return isAtLeast(version, FETCHES_ITSELF) ? 'itself' : 'by hand';
}

function isAtLeast(version: string, { major, minor }: { readonly major: number; readonly minor: number }): boolean {
  const [, ownMajor = 0, ownMinor = 0] = /^go(\d+)\.(\d+)/.exec(version)?.map(Number) ?? [];
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}

async function installedVersion(env: NodeJS.ProcessEnv): Promise<string> {
  try {
    const { stdout } = await run('go', ['env', 'GOVERSION'], { env: { ...env, GOTOOLCHAIN: 'local' }, cwd: tmpdir() });
    return stdout.trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error('the Kubernetes tests build their cluster from source and found no Go on PATH; install: apt-get install golang-go');
  }
}

/**
 * For a Go that knows nothing of toolchains (Debian 12 has 1.19). A module holds no go.mod of another and no modes, so
 * these are put right here, as a newer Go does by itself (cmd/go/internal/toolchain).
 */
async function unpackToolchain(env: NodeJS.ProcessEnv): Promise<GoToolchain> {
  const module = `golang.org/toolchain@v0.0.1-${NEWER}.${goArchitecture()}`;
  const folder = await download(module, env);
  await copyFile(join(folder, 'src/_go.mod'), join(folder, 'src/go.mod'));
  for (const programs of [`pkg/tool/${goArchitecture('_')}`, 'bin']) await makeExecutable(join(folder, programs));
  // One that is set is that of the old Go.
  return { command: join(folder, 'bin/go'), env: { GOTOOLCHAIN: 'local', GOROOT: folder } };
}

/** @returns where it has been unpacked */
async function download(module: string, env: NodeJS.ProcessEnv): Promise<string> {
  const writable = { ...env, GOFLAGS: `${env.GOFLAGS ?? ''} -modcacherw`.trim() };
  try {
    const { stdout } = await run('go', ['mod', 'download', '-json', module], { env: writable, cwd: tmpdir() });
    return (JSON.parse(stdout) as { readonly Dir: string }).Dir;
  } catch (error) {
    const needed = `${NEEDED.major}.${NEEDED.minor}`;
    throw new Error(`the installed Go is older than ${needed}, and ${NEWER} cannot be fetched: ${whyOf(error as Failure)}`, {
      cause: error,
    });
  }
}

/** Of a program that ended with an error: Go says what went wrong on its standard output. */
type Failure = Error & { readonly stdout?: string };

function whyOf({ stdout, message }: Failure): string {
  try {
    return (JSON.parse(stdout ?? '') as { readonly Error: string }).Error;
  } catch {
    return message;
  }
}

async function makeExecutable(folder: string): Promise<void> {
  for (const name of await readdir(folder)) await chmod(join(folder, name), 0o755);
}
