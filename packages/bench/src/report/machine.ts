import { execFile } from 'node:child_process';
import { cpus, release, totalmem, type } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What the figures were measured on, and which versions. */
export interface Machine {
  readonly processors: string;
  readonly memory: string;
  readonly system: string;
  readonly node: string;
  readonly redis: string;
  /** With `+` where the checkout had changes that are in no commit. */
  readonly commit: string;
}

export async function describeMachine(): Promise<Machine> {
  const [first] = cpus();
  const changes = await output('git', ['status', '--porcelain', '--untracked-files=no']);
  const commit = (await output('git', ['rev-parse', '--short', 'HEAD'])) || 'unknown';
  return {
    processors: `${cpus().length} × ${first?.model.trim() || 'unknown processor'}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${type()} ${release()}`,
    node: process.versions.node,
    redis: /v=(\S+)/.exec(await output('redis-server', ['--version']))?.[1] ?? 'unknown',
    commit: changes === '' ? commit : `${commit}+`,
  };
}

/** Nothing where the program is not there. */
async function output(command: string, args: readonly string[]): Promise<string> {
  return run(command, args).then(
    ({ stdout }) => stdout.trim(),
    () => '',
  );
}
