import { setTimeout as delay } from 'node:timers/promises';
import type { Scenario } from './scenario.js';

const SLOW_MS = 2;
const STALL_MS = 1_500;

export const fsyncStall: Scenario = {
  name: 'fsync-stall',
  fault: `every fsync ${SLOW_MS} ms slower, then one that takes ${STALL_MS} ms, and a power cut before it ends`,
  load: 'concurrent callers, delayed, prioritized and ordered jobs among them',
  holds: 'nothing lost; what was not on disk was not acknowledged',
  control: 'appendfsync everysec',
  harm: 'lost',
  quick: true,
  async play(stage, arm) {
    const isWeak = arm === 'control';
    const redis = await stage.startRedis({ isWatched: true, settings: isWeak ? { appendfsync: 'everysec' } : {} });
    await Promise.all([stage.startGateway(isWeak ? { DURABILITY: 'fast' } : {}), stage.startWorker()]);
    const load = stage.startLoad();
    await stage.untilFault();
    stage.timeline.mark('fsync slow');
    await redis.disk?.delayFsync(SLOW_MS);
    const since = stage.timeline.now;
    await stage.untilFault();
    const { p50, p99 } = stage.timeline.latencies(since);
    stage.expect('callers are served while fsync is slow', p50 !== null, `p50 ${Math.round(p50 ?? 0)} ms, p99 ${Math.round(p99 ?? 0)} ms`);
    stage.timeline.mark('fsync stalls');
    await redis.disk?.delayFsync(STALL_MS);
    await delay(stage.random.between(STALL_MS / 2, STALL_MS - 100));
    const bytes = await redis.cutPower();
    stage.timeline.mark(`power cut, ${bytes} bytes gone`);
    await redis.disk?.delayFsync(0);
    await redis.start();
    await stage.recovery.ofCallers(load);
    await stage.finish();
  },
};
