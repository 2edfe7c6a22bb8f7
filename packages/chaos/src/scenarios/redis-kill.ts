import type { Scenario } from './scenario.js';

/** A plain kill leaves the kernel's page cache, so it proves that the log is written, not that it is on disk. */
export const redisKill: Scenario = {
  name: 'redis-kill',
  fault: 'Redis killed with -9 and started again',
  load: 'concurrent callers, one by one and in batches; delayed, prioritized and ordered jobs among them',
  holds: 'nothing lost; service comes back unaided',
  control: 'no append-only file',
  harm: 'lost',
  quick: true,
  async play(stage, arm) {
    await stage.startRedis(arm === 'control' ? { settings: { appendonly: 'no' } } : {});
    await Promise.all([stage.startGateway(), stage.startWorker()]);
    const load = stage.startLoad();
    stage.startBulkLoad();
    for (let round = 0; round < stage.profile.rounds; round++) {
      await stage.untilFault();
      stage.timeline.mark('kill -9');
      await stage.redis.kill();
      await stage.redis.start();
      await stage.recovery.ofCallers(load);
    }
    await stage.finish();
  },
};
