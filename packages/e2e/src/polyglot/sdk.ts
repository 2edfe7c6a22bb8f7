import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { findGo, pythonEnvironment } from '@dts/testkit';

export const REPOSITORY = resolve(import.meta.dirname, '../../../..');
export const PYTHON_SDK = join(REPOSITORY, 'packages/worker-python');
export const GO_SDK = join(REPOSITORY, 'packages/worker-go');

type Env = Readonly<Record<string, string>>;

const run = promisify(execFile);

/** A program in an SDK's folder. @throws Error with what it printed when it fails */
async function inFolder(cwd: string, command: string, args: readonly string[], env: Env): Promise<string> {
  try {
    const { stdout } = await run(command, args, { cwd, env: { ...process.env, ...env }, maxBuffer: 16 * 1024 * 1024 });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}` || message);
  }
}

/** Where the programs are that the Python SDK needs, and those that check it. */
export function pythonPrograms(): Promise<string> {
  return pythonEnvironment('dts-worker-python', join(PYTHON_SDK, 'requirements-test.txt'));
}

export async function python(program: string, args: readonly string[] = [], env: Env = {}): Promise<string> {
  return inFolder(PYTHON_SDK, join(await pythonPrograms(), program), args, { ...env, PYTHONPATH: 'src' });
}

export async function go(args: readonly string[], env: Env = {}): Promise<string> {
  const { command, env: own } = await findGo();
  return inFolder(GO_SDK, command, args, { ...env, ...own });
}
