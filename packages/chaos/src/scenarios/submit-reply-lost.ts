import { setTimeout as delay } from 'node:timers/promises';
import { AT_ONCE } from '../load/submission.js';
import type { Scenario } from './scenario.js';

const SWALLOWED_MS: readonly [number, number] = [100, 500];

export const submitReplyLost: Scenario = {
  name: 'submit-reply-lost',
  fault: "the gateway's writes reach Redis and the answers are lost with the connection",
  load: 'concurrent callers that repeat with the same key',
  holds: 'one job for each key, and one run',
  control: 'callers that repeat with a new key',
  harm: 'repeated',
  once: true,
  quick: true,
  async play(stage, arm) {
    await stage.startRedis();
    const proxy = await stage.startProxy();
    await Promise.all([stage.startGateway({ REDIS_URL: proxy.url }), stage.startWorker()]);
    const load = stage.startLoad({ mix: AT_ONCE, repeatsWithSameKey: arm === 'product' });
    for (let round = 0; round < 2 * stage.profile.rounds; round++) {
      await stage.untilFault();
      stage.timeline.mark('answers lost');
      proxy.swallowReplies();
      await delay(stage.random.between(...SWALLOWED_MS));
      proxy.cut();
      await stage.recovery.ofCallers(load);
    }
    await stage.finish();
    const split = [...stage.executions.byKey.values()].filter(({ jobs }) => jobs.size > 1).length;
    stage.expect('each submission is one job', split === 0, `${split} ran as several`);
  },
};
