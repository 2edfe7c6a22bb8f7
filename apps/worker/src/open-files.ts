import { readFileSync } from 'node:fs';
import { QUEUES } from '@dts/jobs';
import type { QueueChoice } from '@dts/queue';
import { EnvError } from '@dts/runtime';

/** Files beside the jobs' own: modules, Redis, the listener and who asks it. */
const RESERVE = 256;
/** Linux: the soft limit, which Node has raised to the hard one at its start. */
const LIMIT = /^Max open files\s+(\d+)/m;

/** @returns files that this process may have open at once; undefined where the system does not tell */
export function readOpenFilesLimit(): number | undefined {
  try {
    const limit = LIMIT.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return limit === undefined ? undefined : Number(limit);
  } catch {
    return undefined;
  }
}

/**
 * Each job that waits on another service holds a connection to it. Without a file for it, it would fail as if the service
 * were at fault, and burn its attempts.
 * @throws EnvError
 */
export function checkOpenFiles(queues: readonly QueueChoice[], limit: number | undefined): void {
  const jobs = queues.reduce((sum, { queue, concurrency }) => sum + (QUEUES[queue].sandboxed ? 0 : concurrency), 0);
  if (limit === undefined || jobs + RESERVE <= limit) return;
  throw new EnvError(
    `The environment is not usable:\n  QUEUES: ${jobs} jobs at once need ${jobs + RESERVE} open files, and this process may have ${limit}; ` +
      `raise that (ulimit -n ${jobs + RESERVE}) or run fewer in each of several workers`,
  );
}
