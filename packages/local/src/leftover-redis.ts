import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { identityOf } from './process-identity.js';
import { StartError } from './start-error.js';

const POLL_MS = 20;
/** Milliseconds to flush and go after SIGTERM, then after SIGKILL. */
const TERM_MS = 10_000;
const KILL_MS = 5_000;

interface Owner {
  readonly pid: number;
  readonly identity: string;
}

/** Remembers which server writes to the folder, for the next stack should this one be killed. */
export function recordRedis(redisDir: string, pid: number): void {
  const owner: Owner = { pid, identity: identityOf(pid) ?? '' };
  writeFileSync(recordIn(redisDir), JSON.stringify(owner));
}

export function forgetRedis(redisDir: string): void {
  rmSync(recordIn(redisDir), { force: true });
}

/**
 * Ends the server that a killed stack left behind: two servers must never write to one append-only file.
 * @returns its process id, undefined when there was none
 * @throws StartError when it can't be ended
 */
export async function stopLeftoverRedis(redisDir: string): Promise<number | undefined> {
  const owner = readOwner(redisDir);
  if (!owner || !isAlive(owner)) return undefined;
  process.kill(owner.pid, 'SIGTERM');
  if (!(await endsWithin(owner, TERM_MS))) {
    process.kill(owner.pid, 'SIGKILL');
    if (!(await endsWithin(owner, KILL_MS))) {
      throw new StartError(
        `A Redis of an earlier stack (process ${owner.pid}) still uses ${redisDir} and cannot be stopped: end it first.`,
      );
    }
  }
  forgetRedis(redisDir);
  return owner.pid;
}

async function endsWithin(owner: Owner, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (isAlive(owner) && performance.now() < deadline) await delay(POLL_MS);
  return !isAlive(owner);
}

function isAlive({ pid, identity }: Owner): boolean {
  return identityOf(pid) === identity;
}

function readOwner(redisDir: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(recordIn(redisDir), 'utf8')) as Owner;
  } catch {
    return undefined;
  }
}

function recordIn(redisDir: string): string {
  return join(redisDir, 'server.json');
}
