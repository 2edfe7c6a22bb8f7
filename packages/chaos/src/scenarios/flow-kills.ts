import { FLOWS } from '../load/submission.js';
import type { Stage } from '../stage/stage.js';
import type { Scenario } from './scenario.js';

/** A flow is a handful of jobs. */
const JOBS_OF_A_FLOW = 6;

const KILLS: readonly ((stage: Stage) => Promise<unknown>)[] = [
  async (stage) => {
    stage.timeline.mark('gateway kill -9');
    await stage.gateways.find(({ program }) => program.isRunning)?.kill();
    await stage.startGateway();
  },
  async (stage) => {
    stage.timeline.mark('worker kill -9');
    await stage.workers.find(({ program }) => program.isRunning)?.kill();
    await stage.startWorker();
  },
  async (stage) => {
    stage.timeline.mark('Redis kill -9');
    await stage.redis.kill();
    await stage.redis.start();
  },
];

export const flowKills: Scenario = {
  name: 'flow-kills',
  fault: 'a gateway, a worker and Redis killed with -9 in turn',
  load: 'concurrent callers that submit flows: trees of jobs, three levels deep',
  holds: 'every job of an acknowledged flow runs, and each parent after its children; no parent waits for ever',
  control: 'no append-only file',
  harm: 'lost',
  quick: true,
  async play(stage, arm) {
    await stage.startRedis(arm === 'control' ? { settings: { appendonly: 'no' } } : {});
    await Promise.all([stage.startGateway(), stage.startGateway(), stage.startWorker(), stage.startWorker()]);
    const load = stage.startLoad({ mix: FLOWS, perSecond: Math.ceil(stage.profile.perSecond / JOBS_OF_A_FLOW) });
    for (let round = 0; round < stage.profile.rounds / 2; round++) {
      for (const kill of KILLS) {
        await stage.untilFault();
        await kill(stage);
        await stage.measureRecovery(load);
      }
    }
    await stage.finish();
  },
};
