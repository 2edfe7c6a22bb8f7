import { join } from 'node:path';
import type { Arm } from '../stage/arm.js';
import type { Stage } from '../stage/stage.js';
import { buildVersion, findOldVersion } from '../versions/old-version.js';
import type { Scenario } from './scenario.js';

const RUN_MS = 200;

/** As during a deployment, and as after one that was taken back. */
export const twoVersions: Scenario = {
  name: 'two-versions',
  fault:
    'gateways and workers of an earlier version beside those of this one; an old worker is killed with -9, then the old ones go (SIGTERM)',
  load: 'concurrent callers of both gateways, delayed, prioritized and ordered jobs among them',
  holds: 'nothing lost: each runs what the other stored, and takes back what the other held',
  control: 'an old worker that takes jobs out of the queue before it runs them',
  harm: 'lost',
  quick: false,
  obstacle: () =>
    findOldVersion() === undefined ? 'the history has no earlier version (a shallow clone?); name one by CHAOS_OLD_VERSION' : undefined,
  async play(stage, arm) {
    const commit = findOldVersion() ?? '';
    const old = join(await buildVersion(commit), 'apps');
    await stage.startRedis();
    stage.receiver.workMs = RUN_MS;
    const oldGateway = await stage.startGateway({}, join(old, 'gateway/dist/main.js'));
    const oldWorker = await startOldWorker(stage, arm, old);
    await Promise.all([stage.startGateway(), stage.startWorker()]);
    stage.startLoad();
    await stage.untilFault();
    stage.timeline.mark('old worker kill -9');
    await oldWorker.kill();
    const successor = await startOldWorker(stage, arm, old);
    await stage.untilFault();
    stage.timeline.mark('old ones SIGTERM');
    await Promise.all([oldGateway.stop(40_000), successor.stop(40_000)]);
    await stage.untilFault();
    await stage.finish();
    stage.expect('an earlier version took part', true, commit.slice(0, 12));
  },
};

function startOldWorker(stage: Stage, arm: Arm, old: string) {
  return arm === 'control' ? stage.startAtMostOnceWorker() : stage.startWorker({}, '/readyz', join(old, 'worker/dist/main.js'));
}
