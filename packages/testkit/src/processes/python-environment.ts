import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * A Python of its own with what a list names, which is made once for each list of versions and kept in the user's cache.
 * Of `python3`, or of the interpreter that the variable `PYTHON` names.
 * @param name of its folder in the cache, such as `dts-fuzz`
 * @param requirements a file of pip's, with all that is needed
 * @returns the folder of its programs
 * @throws Error with what pip said last when it cannot be installed
 */
export async function pythonEnvironment(name: string, requirements: string): Promise<string> {
  const interpreter = process.env.PYTHON ?? 'python3';
  const { stdout: python } = await run(interpreter, ['-c', 'import sys; print(sys.executable, sys.version)']);
  const key = createHash('sha256')
    .update(python)
    .update(await readFile(requirements));
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), name, key.digest('hex').slice(0, 16));
  const installed = join(folder, 'installed');
  if (!(await exists(installed))) {
    console.log(`Installing what ${requirements} names …`);
    await rm(folder, { recursive: true, force: true });
    await install(interpreter, folder, requirements);
    await writeFile(installed, '');
  }
  return join(folder, 'bin');
}

async function install(interpreter: string, folder: string, requirements: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await run(interpreter, ['-m', 'venv', folder]);
    await run(join(folder, 'bin', 'pip'), ['install', '--quiet', '--disable-pip-version-check', '--no-deps', '-r', requirements]);
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    throw new Error(
      `${requirements} cannot be installed, which needs Python 3.10 or newer with venv: ${stderr.trim().slice(-2_000) || message}`,
    );
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
