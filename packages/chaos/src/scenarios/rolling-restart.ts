import type { App } from '@dts/testkit';
import { MIXED } from '../load/submission.js';
import type { Arm } from '../stage/arm.js';
import { pickUps } from '../stage/pick-up.js';
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
    // A control's must run out before the end. The product's are not to: a busy machine may be late to renew short ones.
    const locks: Record<string, string> = arm === 'control' ? {} : { LOCK_DURATION: '' };
    const [gateway, worker] = [() => stage.startGateway(), () => stage.startWorker(locks)];
    const starts = [gateway, gateway, worker, worker];
    const apps = await Promise.all(starts.map((start) => start()));
    stage.receiver.workMs = RUN_MS;
    const load = stage.startLoad({ mix: { ...MIXED, ordered: 0 }, perSecond: stage.profile.perSecond / 2 });
    const since = Date.now();
    for (const [index, app] of apps.entries()) {
      await stage.untilFault();
      await end(stage, app, arm);
      await starts[index]?.();
    }
    await stage.finish();
    const reasons = [...load.troubles.keys()];
    stage.expect('no 5xx', !reasons.some((reason) => reason.startsWith('5')), reasons.join(', ') || 'no trouble at all');
    const waits = pickUps(load.acknowledged, stage.executions.byKey, since);
    const within = (share: number) => waits[Math.ceil(waits.length * share) - 1] ?? Number.POSITIVE_INFINITY;
    const told = `9 of 10 within ${within(0.9)} ms, 99 of 100 within ${within(0.99)} ms, all within ${within(1)} ms`;
    stage.expect(`every job starts within ${PICK_UP_MS} ms`, within(1) <= PICK_UP_MS, told);
  },
};

async function end(stage: Stage, app: App, arm: Arm): Promise<void> {
  stage.timeline.mark(arm === 'control' ? 'kill -9' : 'SIGTERM');
  const { code } = arm === 'control' ? await app.kill() : await app.stop(40_000);
  stage.expect('the process ends with 0', code === 0, String(code));
}
