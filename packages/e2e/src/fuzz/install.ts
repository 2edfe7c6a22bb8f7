import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const REQUIREMENTS = resolve(import.meta.dirname, '../../fuzz/requirements.txt');

const run = promisify(execFile);

/**
 * Schemathesis in a Python of its own, which is made once for each list of versions and kept in the user's cache.
 * @returns the program
 * @throws Error with what pip said last when it cannot be installed
 */
export async function installSchemathesis(): Promise<string> {
  const { stdout: python } = await run('python3', ['-c', 'import sys; print(sys.executable, sys.version)']);
  const key = createHash('sha256')
    .update(python)
    .update(await readFile(REQUIREMENTS));
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'dts-fuzz', key.digest('hex').slice(0, 16));
  const installed = join(folder, 'installed');
  if (!(await exists(installed))) {
    console.log('Installing schemathesis …');
    await rm(folder, { recursive: true, force: true });
    await install(folder);
    await writeFile(installed, '');
  }
  return join(folder, 'bin', 'schemathesis');
}

async function install(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await run('python3', ['-m', 'venv', folder]);
    await run(join(folder, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', '--no-deps', '-r', REQUIREMENTS]);
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    throw new Error(
      `schemathesis cannot be installed, which needs Python 3.11 or newer with venv: ${stderr.trim().slice(-2_000) || message}`,
    );
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
