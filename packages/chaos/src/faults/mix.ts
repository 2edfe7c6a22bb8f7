import { setTimeout as delay } from 'node:timers/promises';
import type { App } from '@dts/testkit';
import type { RedisProxy } from '../proxy/redis-proxy.js';
import type { Stage } from '../stage/stage.js';

const PAUSE_MS = 1_000;
const SWALLOWED_MS = 200;
const STOP_MS = 40_000;

/** @param env of the apps, which reach Redis by way of the proxy */
type Fault = (stage: Stage, proxy: RedisProxy, env: Readonly<Record<string, string>>) => Promise<unknown>;

/** Faults that chance picks from. Each resolves once what it ended is there again. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  'power cut': async ({ redis }) => {
    await redis.cutPower();
    await redis.start();
  },
  'Redis kill -9': async ({ redis }) => {
    await redis.kill();
    await redis.start();
  },
  'Redis stands still': async ({ redis }) => {
    redis.pause();
    await delay(PAUSE_MS);
    redis.resume();
  },
  'worker kill -9': async (stage, _proxy, env) => {
    await running(stage.workers)?.kill();
    await stage.startWorker(env);
  },
  'worker SIGTERM': async (stage, _proxy, env) => {
    await running(stage.workers)?.stop(STOP_MS);
    await stage.startWorker(env);
  },
  'gateway kill -9': (stage, _proxy, env) => restartGateway(stage, env, (gateway) => gateway.kill()),
  'gateway SIGTERM': (stage, _proxy, env) => restartGateway(stage, env, (gateway) => gateway.stop(STOP_MS)),
  'connections cut': async (_stage, proxy) => proxy.cut(),
  'answers lost': async (_stage, proxy) => {
    proxy.swallowReplies();
    await delay(SWALLOWED_MS);
    proxy.cut();
  },
};

/** On its own port: whoever balances over both knows it by that. */
async function restartGateway(stage: Stage, env: Readonly<Record<string, string>>, end: (gateway: App) => Promise<unknown>): Promise<void> {
  const gateway = running(stage.gateways);
  if (!gateway) throw new Error('no gateway runs');
  await end(gateway);
  await stage.startGateway({ ...env, PORT: String(gateway.port) });
}

function running(apps: readonly App[]): App | undefined {
  return apps.find(({ program }) => program.isRunning);
}
