import type { Scenario } from './scenario.js';

export const powerCut: Scenario = {
  name: 'power-cut',
  fault: 'power cut: Redis killed, its files cut back to the last byte that an fsync covered',
  load: 'concurrent callers, one by one and in batches; delayed, prioritized and ordered jobs among them',
  holds: 'nothing lost; service comes back unaided',
  control: 'appendfsync everysec',
  harm: 'lost',
  quick: true,
  async play(stage, arm) {
    const isWeak = arm === 'control';
    await stage.startRedis({ isWatched: true, settings: isWeak ? { appendfsync: 'everysec' } : {} });
    await Promise.all([stage.startGateway(isWeak ? { DURABILITY: 'fast' } : {}), stage.startWorker()]);
    const load = stage.startLoad();
    stage.startBulkLoad();
    for (let round = 0; round < stage.profile.rounds; round++) {
      await stage.untilFault();
      const bytes = await stage.redis.cutPower();
      stage.timeline.mark(`power cut, ${bytes} bytes gone`);
      await stage.redis.start();
      await stage.recovery.ofCallers(load);
    }
    await stage.finish();
  },
};
