import { execFile } from 'node:child_process';
import { cpus, release, totalmem, type } from 'node:os';
import { promisify } from 'node:util';
import { REDIS_COMMAND } from '../redis/redis-process.js';

const run = promisify(execFile);

/** What the figures were measured on. */
export async function describeMachine(): Promise<string> {
  const processors = cpus();
  const redis = /v=(\S+)/.exec(await output(REDIS_COMMAND, ['--version']))?.[1] ?? 'of unknown version';
  const commit = (await output('git', ['rev-parse', '--short', 'HEAD'])).trim() || 'unknown';
  const memory = Math.round(totalmem() / 2 ** 30);
  const model = processors[0]?.model.trim() || 'unknown processor';
  return `${processors.length} × ${model}, ${memory} GiB; ${type()} ${release()}, Node ${process.versions.node}, Redis ${redis}; commit ${commit}`;
}

/** Nothing where the program is not there. */
async function output(command: string, args: readonly string[]): Promise<string> {
  return run(command, args).then(
    ({ stdout }) => stdout,
    () => '',
  );
}
