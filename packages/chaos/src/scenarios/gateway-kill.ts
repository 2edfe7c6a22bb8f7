import type { Scenario } from './scenario.js';

export const gatewayKill: Scenario = {
  name: 'gateway-kill',
  fault: 'gateways killed with -9 in turn while callers submit, and started again',
  load: 'concurrent callers of two gateways',
  holds: 'nothing lost, and one run for each key',
  control: 'callers that repeat with a new key',
  harm: 'repeated',
  once: true,
  quick: false,
  async play(stage, arm) {
    await stage.startRedis();
    const gateways = await Promise.all([stage.startGateway(), stage.startGateway(), stage.startWorker()]);
    gateways.pop();
    const load = stage.startLoad({ repeatsWithSameKey: arm === 'product', perSecond: 4 * stage.profile.perSecond });
    for (let round = 0; round < 2 * stage.profile.rounds; round++) {
      await stage.untilFault();
      stage.timeline.mark('gateway kill -9');
      await gateways.shift()?.kill();
      gateways.push(await stage.startGateway());
      await stage.recovery.ofCallers(load);
    }
    await stage.finish();
  },
};
