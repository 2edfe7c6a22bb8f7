import { FAULTS } from '../faults/mix.js';
import type { Scenario } from './scenario.js';

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
      await FAULTS[name]?.(stage, proxy, env);
      await stage.recovery.ofCallers(load);
    }
    await stage.finish();
  },
};
