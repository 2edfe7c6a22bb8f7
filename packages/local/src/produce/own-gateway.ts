import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { provideApiKey } from '../api-key.js';
import { appPrograms, baseUrl, builtApps } from '../apps.js';
import { parseWorkersEnv } from '../env.js';
import { freePort } from '../ports.js';
import { ProgramLog } from '../program-log.js';
import { findRunningRedis } from '../running-redis.js';
import { StartError } from '../start-error.js';
import { SupervisedProcess } from '../supervised-process.js';
import { Terminal } from '../terminal.js';
import { findApiKey } from './find-api-key.js';

export interface OwnGateway {
  readonly url: string;
  readonly apiKey: string;
  readonly stop: () => Promise<void>;
}

export interface OwnGatewaySettings {
  readonly processEnv: NodeJS.ProcessEnv;
  /** Where the apps are. */
  readonly checkout: string;
  readonly dataDir: string;
}

/**
 * A gateway for one run of the producer, where there is a Redis, and workers perhaps, but no gateway: as after
 * `docker compose up -d redis`. It uses the stack's own key, which it makes if there is none.
 * @throws StartError when no Redis answers, or the gateway does not come up
 */
export async function startOwnGateway({ processEnv, checkout, dataDir }: OwnGatewaySettings): Promise<OwnGateway> {
  const env = parseWorkersEnv(processEnv);
  const redis = await findRunningRedis(env, dataDir);
  const logs = join(dataDir, 'logs');
  mkdirSync(logs, { recursive: true, mode: 0o700 });
  const { apiKeys } = provideApiKey(dataDir);
  const port = await freePort(env.HOST);
  const settings = { env, processEnv, ports: { gateway: port, scaler: 0 }, redisUrl: redis.url, apiKeys, onScalerMessage: undefined };
  const program = appPrograms(builtApps(checkout), settings).find(({ name }) => name === 'gateway');
  if (!program) throw new StartError('There is no gateway to run.');
  const log = new ProgramLog('produce-gateway', logs, new Terminal(false));
  const gateway = new SupervisedProcess(program, log);
  const stop = async () => {
    await gateway.stop();
    await log.close();
  };
  await gateway.start().catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { url: baseUrl(env.HOST, port), apiKey: findApiKey(undefined, {}, dataDir), stop };
}
