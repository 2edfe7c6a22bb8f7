import type { App } from '@dts/testkit';
import type { Arm } from '../stage/arm.js';
import { slowestPickUp } from '../stage/pick-up.js';
import type { Stage } from '../stage/stage.js';
import type { Scenario } from './scenario.js';

const RUN_MS = 200;
const PICK_UP_MS = 1_000;

export const rollingRestart: Scenario = {
  name: 'rolling-restart',
  fault: 'every gateway and worker restarted in turn (SIGTERM)',
  load: 'concurrent callers, delayed and prioritized jobs among them',
  holds: 'no 5xx, no attempt used up, no stall, and every job starts within 1 s',
  control: 'kill -9 in place of SIGTERM',
  harm: 'repeated',
  once: true,
  untouched: true,
  quick: true,
  async play(stage, arm) {
    await stage.startRedis();
    const starts = [() => stage.startGateway(), () => stage.startGateway(), () => stage.startWorker(), () => stage.startWorker()];
    const apps = await Promise.all(starts.map((start) => start()));
    stage.receiver.workMs = RUN_MS;
    const load = stage.startLoad({ perSecond: stage.profile.perSecond / 2 });
    const since = Date.now();
    for (const [index, app] of apps.entries()) {
      await stage.untilFault();
      await end(stage, app, arm);
      await starts[index]?.();
    }
    await stage.finish(load);
    const reasons = [...load.troubles.keys()];
    stage.expect('no 5xx', !reasons.some((reason) => reason.startsWith('5')), reasons.join(', ') || 'no trouble at all');
    const slowest = slowestPickUp(load.acknowledged, stage.executions.byKey, since);
    stage.expect(`every job starts within ${PICK_UP_MS} ms`, slowest <= PICK_UP_MS, `${slowest} ms at the longest`);
  },
};

async function end(stage: Stage, app: App, arm: Arm): Promise<void> {
  stage.timeline.mark(arm === 'control' ? 'kill -9' : 'SIGTERM');
  const { code } = arm === 'control' ? await app.kill() : await app.stop(40_000);
  stage.expect('the process ends with 0', code === 0, String(code));
}
