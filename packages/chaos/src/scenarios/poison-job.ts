import { SchedulerClient } from '@dts/client';
import type { App } from '@dts/testkit';
import type { Conduct } from '../executions/conduct.js';
import { AT_ONCE } from '../load/submission.js';
import type { Arm } from '../stage/arm.js';
import { CONDUCTED } from '../stage/built.js';
import type { Stage } from '../stage/stage.js';
import type { Scenario } from './scenario.js';

const POISON = 'poison';
const RUN_MS = 200;
/** Three crashes, each found out after the lock and up to two checks, and the halving in quarantine. */
const BURIED_MS = 60_000;
/** Of a worker's heap: it is used up the sooner. */
const HEAP_MB = 128;
const ENV = { NODE_OPTIONS: `${CONDUCTED.NODE_OPTIONS} --max-old-space-size=${HEAP_MB}` };

/** A job whose run ends the process that runs it, each time. */
function poisonJob(name: string, conduct: Conduct, words: string, quick: boolean): Scenario {
  return {
    name,
    fault: `a job that ${words} each time it runs, beside normal load; dead workers are started again`,
    load: 'concurrent callers',
    holds: 'it ends dead, alone, and its neighbours run',
    control: 'a worker that takes jobs out of the queue before it runs them',
    harm: 'lost',
    dead: 1,
    quick,
    play: (stage, arm) => play(stage, arm, conduct),
  };
}

async function play(stage: Stage, arm: Arm, conduct: Conduct): Promise<void> {
  await stage.startRedis();
  await stage.startGateway();
  await keepWorking(stage, arm);
  stage.receiver.workMs = RUN_MS;
  stage.receiver.conductOf = (key) => {
    if (!key.startsWith(POISON)) return undefined;
    stage.timeline.mark('a worker dies');
    return conduct;
  };
  stage.startLoad({ mix: AT_ONCE, perSecond: stage.profile.perSecond / 4 });
  await stage.untilFault();
  const poison = stage.startLoad({ name: POISON, mix: AT_ONCE, clients: 1, total: 1 });
  await poison.done();
  if (arm === 'product') await expectBurial(stage, [...poison.acknowledged.values()][0]?.id ?? '');
  await stage.finish();
}

/** What a supervisor does, until the stage is left. Resolves once the first worker is there. */
async function keepWorking(stage: Stage, arm: Arm): Promise<void> {
  let over = false;
  const start = () => (arm === 'control' ? stage.startAtMostOnceWorker(ENV) : stage.startWorker(ENV));
  const supervise = async (first: App) => {
    for (let worker = first; !over; worker = await start()) await worker.program.exited;
  };
  const supervised = supervise(await start());
  supervised.catch(() => {}); // told when the stage is left
  stage.onLeave(async () => {
    over = true;
    await stage.stopApps();
    await supervised;
    await stage.stopApps(); // what was being started meanwhile
  });
}

async function expectBurial(stage: Stage, id: string): Promise<void> {
  const client = new SchedulerClient({ url: stage.gateways[0]?.url ?? '', apiKey: stage.apiKey });
  const ending = client.waitFor(id, { timeoutMs: Math.max(BURIED_MS, stage.profile.drainMs) });
  await stage.recovery.until(ending, 'the poisonous job to be dead');
  const { state, error } = await ending;
  stage.expect(
    'the poisonous job is dead, with its reason',
    state === 'dead' && error?.code === 'crashed-its-worker',
    `${state}, ${error?.code}`,
  );
}

export const poisonJobs: readonly Scenario[] = [
  poisonJob('poison-kill', 'kill', 'kills its worker (-9)', false),
  poisonJob('poison-exit', 'exit', 'ends its worker (process.exit)', true),
  poisonJob('poison-memory', 'memory', "uses up its worker's memory", false),
];
