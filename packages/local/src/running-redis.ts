import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalEnv } from './env.js';
import { assertReachable } from './external-redis.js';
import { readPrivateFile, writePrivateFile } from './private-file.js';
import { StartError } from './start-error.js';

const USUAL_URL = 'redis://127.0.0.1:6379';

/** Tells `npm run workers` where the running stack's Redis is. The URL may hold a password. */
export function publishRedisUrl(dataDir: string, url: string): void {
  writePrivateFile(fileIn(dataDir), url);
}

export function withdrawRedisUrl(dataDir: string): void {
  rmSync(fileIn(dataDir), { force: true });
}

export interface RunningRedis {
  readonly url: string;
  /** It belongs to the one-machine stack of this data directory. */
  readonly ofStack: boolean;
}

/**
 * The Redis that REDIS_URL names, else the running stack's, else one at the usual place.
 * @throws StartError when none answers.
 */
export async function findRunningRedis(env: LocalEnv, dataDir: string): Promise<RunningRedis> {
  if (env.REDIS_URL) {
    await assertReachable(env.REDIS_URL);
    return { url: env.REDIS_URL, ofStack: false };
  }
  const published = readPrivateFile(fileIn(dataDir));
  if (published && (await answers(published))) return { url: published, ofStack: true };
  if (await answers(USUAL_URL)) return { url: USUAL_URL, ofStack: false };
  throw new StartError(
    `No Redis found: neither a running stack in ${dataDir} nor ${USUAL_URL} answers. Run "npm start", or set REDIS_URL.`,
  );
}

async function answers(url: string): Promise<boolean> {
  return assertReachable(url).then(
    () => true,
    () => false,
  );
}

function fileIn(dataDir: string): string {
  return join(dataDir, 'redis-url');
}
