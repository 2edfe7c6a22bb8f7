import { waitFor } from '@dts/testkit';
import type { Stage } from '../stage/stage.js';
import type { Scenario } from './scenario.js';

const SCHEDULES = 20;
const EVERY_MS = 1_000;
/** Longer than it takes until somebody else starts the runs of a gateway that died. */
const RELIEVED_MS = 10_000;

/** Any gateway starts the runs of schedules, and a worker runs them: either may die between two steps. */
export const schedulerKill: Scenario = {
  name: 'scheduler-kill',
  fault: 'gateways, which start the runs of schedules, and workers are killed with -9 in turn, and Redis in the end',
  load: `${SCHEDULES} schedules, a run of each every second; concurrent callers`,
  holds: 'every schedule has its next run, and goes on running',
  control: 'no append-only file',
  harm: 'lost',
  quick: true,
  async play(stage, arm) {
    await stage.startRedis(arm === 'control' ? { settings: { appendonly: 'no' } } : {});
    await Promise.all([stage.startGateway(), stage.startGateway(), stage.startWorker()]);
    const load = stage.startLoad();
    const keys = await stage.startSchedules(SCHEDULES, EVERY_MS);
    for (let round = 0; round < stage.profile.rounds; round++) {
      await stage.untilFault();
      stage.timeline.mark('gateway and worker kill -9');
      await Promise.all([stage.gateways[round]?.kill(), stage.workers[round]?.kill()]);
      await Promise.all([stage.startGateway(), stage.startWorker()]);
    }
    await stage.untilFault();
    stage.timeline.mark('Redis kill -9');
    await stage.redis.kill();
    await stage.redis.start();
    const since = Date.now();
    await stage.recovery.ofCallers(load);
    if (arm === 'product') await expectRuns(stage, keys, since);
    await stage.finishSchedules();
    await stage.finish();
  },
};

async function expectRuns(stage: Stage, keys: readonly string[], since: number): Promise<void> {
  const idle = () => keys.filter((key) => !stage.executions.byKey.get(key)?.starts.some((at) => at > since));
  await waitFor(() => idle().length === 0, { timeoutMs: RELIEVED_MS }).catch(() => undefined);
  const took = Date.now() - since;
  stage.expect(
    `every schedule has run within ${RELIEVED_MS} ms of the last fault`,
    idle().length === 0,
    idle().join(', ') || `all within ${took} ms`,
  );
}
