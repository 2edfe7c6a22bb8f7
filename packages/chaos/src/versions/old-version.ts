import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const REPOSITORY = resolve(import.meta.dirname, '../../../..');
/** Where it is decided what a job looks like in Redis. */
const STORED_SHAPE = ['packages/queue/src', 'packages/jobs/src', ':(exclude)*.spec.ts'];
const BUILD_MS = 300_000;

/**
 * The commit that "the old version" means: CHAOS_OLD_VERSION, or the last tag before this commit; where there is none,
 * the commit before the last change to how jobs are stored. Undefined where the history does not reach so far.
 */
export function findOldVersion(): string | undefined {
  const { CHAOS_OLD_VERSION: given } = process.env;
  if (given !== undefined) return git('rev-parse', '--verify', `${given}^{commit}`);
  const tag = git('describe', '--tags', '--abbrev=0', 'HEAD^');
  if (tag !== undefined) return git('rev-parse', '--verify', `${tag}^{commit}`);
  const changed = git('log', '-1', '--format=%H', '--', ...STORED_SHAPE);
  return changed && git('rev-parse', '--verify', `${changed}^`);
}

/** Both arms of a scenario ask at once. */
const building = new Map<string, Promise<string>>();

/**
 * Builds the apps of a commit, once for each user and commit.
 * @returns the folder that stands for its checkout
 */
export function buildVersion(commit: string): Promise<string> {
  const known = building.get(commit) ?? build(commit);
  building.set(commit, known);
  return known;
}

async function build(commit: string): Promise<string> {
  const { XDG_CACHE_HOME: cache = join(homedir(), '.cache') } = process.env;
  const dir = join(cache, 'dts-chaos', commit);
  const stamp = join(dir, 'built');
  if (existsSync(stamp)) return dir;
  await rm(dir, { recursive: true, force: true });
  await mkdir(dirname(dir), { recursive: true });
  await run('git', ['clone', '--quiet', '--shared', '--no-checkout', REPOSITORY, dir]);
  await run('git', ['checkout', '--quiet', '--detach', commit], { cwd: dir });
  await run('npm', ['run', '--silent', 'build'], { cwd: dir, timeout: BUILD_MS });
  await writeFile(stamp, '');
  return dir;
}

function git(...args: readonly string[]): string | undefined {
  try {
    return execFileSync('git', args, { cwd: REPOSITORY, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim() || undefined;
  } catch {
    return undefined;
  }
}
