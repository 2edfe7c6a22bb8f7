import { FLOWS } from '../load/submission.js';
import type { Stage } from '../stage/stage.js';
import type { Scenario } from './scenario.js';

/** A flow is a handful of jobs. */
const JOBS_OF_A_FLOW = 6;

type Fault = (stage: Stage, env: Readonly<Record<string, string>>) => Promise<unknown>;

const killGateway: Fault = async (stage, env) => {
  stage.timeline.mark('gateway kill -9');
  await stage.gateways.find(({ program }) => program.isRunning)?.kill();
  await stage.startGateway(env);
};

const killWorker: Fault = async (stage) => {
  stage.timeline.mark('worker kill -9');
  await stage.workers.find(({ program }) => program.isRunning)?.kill();
  await stage.startWorker();
};

const cutPower: Fault = async (stage) => {
  const bytes = await stage.redis.cutPower();
  stage.timeline.mark(`power cut, ${bytes} bytes gone`);
  await stage.redis.start();
};

/** Two power cuts: one may meet a control right after its fsync of the second. */
const FAULTS: readonly Fault[] = [killGateway, cutPower, killWorker, cutPower];

export const flowKills: Scenario = {
  name: 'flow-kills',
  fault: 'a gateway and a worker killed with -9, and the power of Redis cut, in turn',
  load: 'concurrent callers that submit flows: trees of jobs, three levels deep',
  holds: 'every job of an acknowledged flow runs, and each parent after its children; no parent waits for ever',
  control: 'appendfsync everysec',
  harm: 'lost',
  quick: true,
  async play(stage, arm) {
    const isWeak = arm === 'control';
    const env: Readonly<Record<string, string>> = isWeak ? { DURABILITY: 'fast' } : {};
    await stage.startRedis({ isWatched: true, settings: isWeak ? { appendfsync: 'everysec' } : {} });
    await Promise.all([stage.startGateway(env), stage.startGateway(env), stage.startWorker(), stage.startWorker()]);
    const load = stage.startLoad({ mix: FLOWS, perSecond: Math.ceil(stage.profile.perSecond / JOBS_OF_A_FLOW) });
    for (let round = 0; round < stage.profile.rounds / 2; round++) {
      for (const cause of FAULTS) {
        await stage.untilFault();
        await cause(stage, env);
        await stage.recovery.ofCallers(load);
      }
    }
    await stage.finish();
  },
};
