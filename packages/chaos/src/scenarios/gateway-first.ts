import type { Scenario } from './scenario.js';

export const gatewayFirst: Scenario = {
  name: 'gateway-first',
  fault: 'gateway and worker start while Redis is down; it comes later, and is killed with -9 once',
  load: 'concurrent callers from the beginning',
  holds: '503 while it is down, then service unaided; nothing lost',
  control: 'no append-only file',
  harm: 'lost',
  quick: false,
  async play(stage, arm) {
    const redis = await stage.prepareRedis(arm === 'control' ? { settings: { appendonly: 'no' } } : {});
    await Promise.all([stage.startGateway(), stage.startWorker({}, '/healthz')]);
    const load = stage.startLoad();
    await stage.untilFault();
    const early = load.acknowledged.size;
    const reasons = [...load.troubles.keys()];
    stage.expect('503 while Redis is down', early === 0 && reasons.every((reason) => reason.startsWith('503')), reasons.join(', '));
    await redis.start();
    stage.timeline.mark('Redis comes');
    await stage.recovery.ofCallers(load);
    await stage.untilFault();
    stage.timeline.mark('kill -9');
    await redis.kill();
    await redis.start();
    await stage.recovery.ofCallers(load);
    await stage.finish();
  },
};
