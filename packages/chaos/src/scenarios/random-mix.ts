import { setTimeout as delay } from 'node:timers/promises';
import type { RedisProxy } from '../proxy/redis-proxy.js';
import type { Stage } from '../stage/stage.js';
import type { Scenario } from './scenario.js';

const PAUSE_MS = 1_000;
const SWALLOWED_MS = 200;

type Fault = (stage: Stage, proxy: RedisProxy) => Promise<unknown>;

const FAULTS: Readonly<Record<string, Fault>> = {
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
  'worker kill -9': async (stage, { url }) => {
    await running(stage.workers)?.kill();
    await stage.startWorker({ REDIS_URL: url });
  },
  'worker SIGTERM': async (stage, { url }) => {
    await running(stage.workers)?.stop(40_000);
    await stage.startWorker({ REDIS_URL: url });
  },
  'gateway kill -9': async (stage, { url }) => {
    await running(stage.gateways)?.kill();
    await stage.startGateway({ REDIS_URL: url });
  },
  'connections cut': async (_stage, proxy) => proxy.cut(),
  'answers lost': async (_stage, proxy) => {
    proxy.swallowReplies();
    await delay(SWALLOWED_MS);
    proxy.cut();
  },
};

export const randomMix: Scenario = {
  name: 'random-mix',
  fault: 'faults that chance picks, one after the other, and a power cut in the end',
  load: 'concurrent callers of two gateways, one by one and in batches; delayed, prioritized and ordered jobs among them',
  holds: 'nothing lost',
  control: 'appendfsync everysec',
  harm: 'lost',
  quick: false,
  async play(stage, arm) {
    const isWeak = arm === 'control';
    await stage.startRedis({ isWatched: true, settings: isWeak ? { appendfsync: 'everysec' } : {} });
    const proxy = await stage.startProxy();
    const env = { REDIS_URL: proxy.url, ...(isWeak && { DURABILITY: 'fast' }) };
    await Promise.all([stage.startGateway(env), stage.startGateway(env), stage.startWorker(env), stage.startWorker(env)]);
    const load = stage.startLoad();
    stage.startBulkLoad();
    const names = [...Array.from({ length: 3 * stage.profile.rounds }, () => stage.random.pick(Object.keys(FAULTS))), 'power cut'];
    for (const name of names) {
      await stage.untilFault();
      stage.timeline.mark(name);
      await FAULTS[name]?.(stage, proxy);
      await stage.recovery.ofCallers(load);
    }
    await stage.finish();
  },
};

function running<T extends { readonly program: { readonly isRunning: boolean } }>(apps: readonly T[]): T | undefined {
  return apps.find(({ program }) => program.isRunning);
}
