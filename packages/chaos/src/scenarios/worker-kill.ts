import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '@dts/testkit';
import { AT_ONCE } from '../load/submission.js';
import type { Arm } from '../stage/arm.js';
import type { Stage } from '../stage/stage.js';
import type { Scenario } from './scenario.js';

const STALLED_CHECK_MS = 2_000;
const START_MS = 60_000;
/** Beyond the lock and two checks: to start a process and to run what it takes back. */
const MARGIN_MS = 5_000;

function workerKill(name: string, times: number, words: string, quick: boolean): Scenario {
  return {
    name,
    fault: `a worker killed with -9 ${words} while it runs all there is`,
    load: 'jobs that are all running',
    holds: 'all are run again within the lock, two checks for stalled jobs and 5 s; none is dead',
    control: 'a worker that takes jobs out of the queue before it runs them',
    harm: 'lost',
    quick,
    play: (stage, arm) => play(stage, arm, times),
  };
}

async function play(stage: Stage, arm: Arm, times: number): Promise<void> {
  const { held, lockMs } = stage.profile;
  const start = () => (arm === 'control' ? stage.startAtMostOnceWorker() : stage.startWorker({ QUEUES: `io:${held}` }));
  await stage.startRedis();
  await stage.startGateway();
  stage.receiver.hold();
  await stage.startLoad({ mix: AT_ONCE, total: held }).done();
  for (let kill = 1; kill <= times; kill++) {
    const worker = await start();
    await untilStarted(stage, kill, kill === 1 ? START_MS : lockMs + 2 * STALLED_CHECK_MS);
    await delay(stage.random.between(0, 1_000));
    stage.timeline.mark('worker kill -9');
    await worker.kill();
  }
  stage.receiver.release();
  await start();
  if (arm === 'product') await expectAllToEnd(stage);
  await stage.drain();
}

async function expectAllToEnd(stage: Stage): Promise<void> {
  const bound = stage.profile.lockMs + 2 * STALLED_CHECK_MS + MARGIN_MS;
  const took = await stage.measure(untilEnded(stage), 'every job to end');
  stage.expect(`all jobs run to their end within ${bound} ms of the last restart`, took <= bound, `${Math.round(took)} ms`);
}

/** All jobs were started `times` times; or the time is up, as after three crashes they run one by one. */
async function untilStarted({ executions, profile }: Stage, times: number, timeoutMs: number): Promise<void> {
  const all = () => countOf(executions.byKey.values(), ({ starts }) => starts.length >= times) >= profile.held;
  await waitFor(all, { timeoutMs, describe: 'all jobs to run' }).catch((error: unknown) => {
    if (times === 1) throw error;
  });
}

async function untilEnded({ executions, profile }: Stage): Promise<void> {
  await waitFor(() => countOf(executions.byKey.values(), ({ ends }) => ends > 0) >= profile.held, { timeoutMs: profile.drainMs });
}

function countOf<T>(items: Iterable<T>, matches: (item: T) => boolean): number {
  return [...items].filter(matches).length;
}

export const workerKills: readonly Scenario[] = [
  workerKill('worker-kill', 1, 'once', true),
  workerKill('worker-kill-twice', 2, 'twice', false),
  workerKill('worker-kill-five', 5, 'five times', false),
];
