import { waitFor } from '@dts/testkit';
import { killCaller } from '../executions/kill-caller.js';
import { AT_ONCE } from '../load/submission.js';
import type { Stage } from '../stage/stage.js';
import type { Arm, Scenario } from './scenario.js';

const POISON = 'poison';
const RUN_MS = 200;

/** A job whose run ends the process that runs it, each time. */
export const poisonJob: Scenario = {
  name: 'poison-job',
  fault: 'a job that kills its worker (-9) each time it runs, beside normal load; dead workers are started again',
  load: 'concurrent callers',
  holds: 'it ends dead, alone, and its neighbours run',
  control: 'a worker that takes jobs out of the queue before it runs them',
  harm: 'lost',
  dead: 1,
  quick: true,
  obstacle: () => (process.platform === 'linux' ? undefined : 'the process behind a connection is found in /proc, which needs Linux'),
  async play(stage, arm) {
    await stage.startRedis();
    await stage.startGateway();
    keepWorking(stage, arm);
    stage.receiver.workMs = RUN_MS;
    stage.receiver.onArrival = (key, port) => {
      if (!key.startsWith(POISON)) return;
      stage.timeline.mark('a worker dies');
      killCaller(port);
    };
    const load = stage.startLoad({ mix: AT_ONCE, perSecond: stage.profile.perSecond / 4 });
    await stage.untilFault();
    await stage.startLoad({ name: POISON, mix: AT_ONCE, clients: 1, total: 1 }).done();
    if (arm === 'product') await stage.measure(untilBuried(stage), 'the poisonous job to be dead');
    await stage.finish(load);
  },
};

/** What a supervisor does, until the stage is left. */
function keepWorking(stage: Stage, arm: Arm): void {
  let over = false;
  const start = () => (arm === 'control' ? stage.startAtMostOnceWorker() : stage.startWorker());
  const supervise = async () => {
    while (!over) {
      const worker = await start();
      if (over) await worker.kill();
      await worker.program.exited;
    }
  };
  const supervised = supervise();
  supervised.catch(() => {}); // told when the stage is left
  stage.onLeave(async () => {
    over = true;
    await stage.stopApps();
    await supervised;
  });
}

async function untilBuried({ redis, prefix, profile }: Stage): Promise<void> {
  const isBuried = async () => (await redis.command('ZCARD', `${prefix}:io:failed`)) === 1;
  await waitFor(isBuried, { timeoutMs: profile.drainMs, describe: 'the poisonous job to be dead' });
}
