import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { DataDir } from './data-dir.js';
import { findProgram } from './find-program.js';
import { recordRedis } from './leftover-redis.js';
import { freePort } from './ports.js';
import { readPrivateFile, writePrivateFile } from './private-file.js';
import type { Program } from './program.js';
import { redisConfig } from './redis-config.js';
import { describeDamage, describeLostManifest } from './redis-damage.js';
import { pingRedis } from './redis-ping.js';
import { StartError } from './start-error.js';

const HOST = '127.0.0.1';
/** Milliseconds; long, because a large append-only file takes its time to load. */
const READY_WITHIN_MS = 600_000;
const STOP_GRACE_MS = 20_000;

export interface EmbeddedRedis {
  readonly program: Program;
  /** With the password. */
  readonly url: string;
}

/**
 * A Redis of the stack's own, on loopback, with its data in the data directory: how to run it.
 * @throws StartError when no server is installed, or its data would be overwritten
 */
export async function embeddedRedis(dataDir: DataDir, fsync: 'always' | 'everysec'): Promise<EmbeddedRedis> {
  const server = findProgram(['redis-server', 'valkey-server']);
  if (!server) throw new StartError('No redis-server or valkey-server on PATH: run "npm start", which installs one, or set REDIS_URL.');
  const lost = describeLostManifest(dataDir.redis);
  if (lost) throw new StartError(lost);
  const port = await freePort(HOST);
  const password = providePassword(dataDir.root);
  // A file, not arguments: everybody can read those in the list of processes.
  const config = join(dataDir.redis, 'redis.conf');
  writePrivateFile(config, redisConfig({ dir: dataDir.redis, port, password, fsync }));
  const url = `redis://:${password}@${HOST}:${port}`;
  const program: Program = {
    name: 'redis',
    ...dyingWithParent(server, [config]),
    env: process.env,
    ipc: false,
    probe: () => pingRedis(url),
    readyWithin: READY_WITHIN_MS,
    bootCrashes: 1,
    stopGrace: STOP_GRACE_MS,
    diagnose: (lines) => describeDamage(lines, dataDir.redis),
    onSpawn: (pid) => recordRedis(dataDir.redis, pid),
  };
  return { program, url };
}

function providePassword(root: string): string {
  const path = join(root, 'redis-password');
  const kept = readPrivateFile(path)?.trim();
  if (kept) return kept;
  const password = randomBytes(32).toString('base64url');
  writePrivateFile(path, `${password}\n`);
  return password;
}

/** Has the kernel stop it when this process dies (Linux); elsewhere the next start of the stack does. */
function dyingWithParent(command: string, args: readonly string[]): { command: string; args: readonly string[] } {
  const setpriv = process.platform === 'linux' ? findProgram(['setpriv']) : undefined;
  return setpriv ? { command: setpriv, args: ['--pdeathsig', 'TERM', command, ...args] } : { command, args };
}
