import { setTimeout as delay } from 'node:timers/promises';
import { AT_ONCE } from '../load/submission.js';
import { startCrew, submitHeldJobs, untilHeld } from '../stage/held-jobs.js';
import type { Stage } from '../stage/stage.js';
import type { Scenario } from './scenario.js';

const SWALLOWED_MS: readonly [number, number] = [20, 200];
/** For what is fetched meanwhile. */
const SPARE_SLOTS = 500;

/** A job that a worker was given and never heard of counts as stalled: often enough, and a naive limit buries it unrun. */
export const fetchReplyLost: Scenario = {
  name: 'fetch-reply-lost',
  fault: 'workers fetch jobs and the answers are lost with the connection, again and again',
  load: 'concurrent callers; 10,000 running jobs (100 in the quick matrix)',
  holds: 'nothing lost, and no job is dead without a run',
  control: 'a worker that takes jobs out of the queue before it runs them',
  harm: 'lost',
  quick: true,
  async play(stage, arm) {
    await stage.startRedis();
    const proxy = await stage.startProxy();
    const env = { REDIS_URL: proxy.url };
    await stage.startGateway();
    await (arm === 'control' ? stage.startAtMostOnceWorker(env) : holdJobs(stage, env));
    stage.startLoad({ mix: AT_ONCE });
    for (let round = 0; round < 2 * stage.profile.rounds; round++) {
      await stage.untilFault();
      stage.timeline.mark('answers lost');
      proxy.swallowReplies();
      await delay(stage.random.between(...SWALLOWED_MS));
      proxy.cut();
    }
    stage.receiver.release();
    await stage.finish();
  },
};

async function holdJobs(stage: Stage, env: Readonly<Record<string, string>>): Promise<void> {
  const { held } = stage.profile;
  await Promise.all([startCrew(stage, held + SPARE_SLOTS, env), submitHeldJobs(stage, held)]);
  await untilHeld(stage, held);
}
