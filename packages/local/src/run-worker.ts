import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { parseWorkersEnv } from './env.js';
import { findRunningRedis } from './running-redis.js';
import { StopRequests } from './stop-requests.js';

export interface WorkerOptions {
  readonly processEnv: NodeJS.ProcessEnv;
  /** Where a running stack says which Redis it uses; from the environment, an absolute path. */
  readonly dataDirOf: (dataDir: string) => string;
  /** The JavaScript file that starts the worker. */
  readonly entry: string;
}

/**
 * Runs one more worker in the foreground, on the running stack's Redis or the one that REDIS_URL names.
 * @returns the worker's exit code
 * @throws StartError when the environment is wrong or no Redis answers
 */
export async function runWorker({ processEnv, dataDirOf, entry }: WorkerOptions): Promise<number> {
  const env = parseWorkersEnv(processEnv);
  const redis = await findRunningRedis(env, dataDirOf(env.DATA_DIR));
  const stops = new StopRequests();
  const child = spawn(process.execPath, ['--enable-source-maps', entry], {
    env: {
      ...processEnv,
      HOST: env.HOST,
      PORT: String(env.PORT),
      REDIS_URL: redis.url,
      LOG_FORMAT: processEnv.LOG_FORMAT || 'pretty',
      ...(redis.ofStack && { OUTBOUND_ALLOW_LOOPBACK: 'true' }),
    },
    detached: true, // a signal reaches it once, from here
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  void stops.first.then(() => child.kill('SIGTERM'));
  void stops.second.then(() => child.kill('SIGKILL'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']));
  });
}
