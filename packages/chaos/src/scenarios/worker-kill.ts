import { setTimeout as delay } from 'node:timers/promises';
import { type App, waitFor } from '@dts/testkit';
import type { Arm } from '../stage/arm.js';
import { startCrew, submitHeldJobs } from '../stage/held-jobs.js';
import { readLocks } from '../stage/read-locks.js';
import type { Stage } from '../stage/stage.js';
import type { Scenario } from './scenario.js';

const STALLED_CHECK_MS = 2_000;
const START_MS = 60_000;
/** Between two looks at all locks, which Redis must not be kept busy with. */
const LOOK_MS = 250;
/** What the README promises. */
const RECOVERED_MS = 20_000;

function workerKill(name: string, times: number, words: string, quick: boolean): Scenario {
  return {
    name,
    fault: `all workers killed with -9 ${words} while they run all there is`,
    load: '10,000 jobs that are all running (100 in the quick matrix)',
    holds: `all are with another worker within ${RECOVERED_MS / 1_000} s, and none is dead`,
    control: 'a worker that takes jobs out of the queue before it runs them',
    harm: 'lost',
    apart: true,
    quick,
    play: (stage, arm) => play(stage, arm, times),
  };
}

async function play(stage: Stage, arm: Arm, times: number): Promise<void> {
  const { held } = stage.profile;
  const start = async () => (arm === 'control' ? [await stage.startAtMostOnceWorker({ SLOTS: String(held) })] : startCrew(stage, held));
  await stage.startRedis();
  await stage.startGateway();
  await submitHeldJobs(stage, held);
  for (let kill = 1; kill < times; kill++) {
    const crew = await start();
    await untilStarted(stage, held, kill);
    await delay(stage.random.between(0, 1_000));
    await end(stage, crew);
  }
  const last = await start();
  await untilStarted(stage, held, times);
  const dead = await readLocks(stage.redisUrl, stage.prefix);
  await end(stage, last);
  const started = start();
  if (arm === 'product') await expectRecovery(stage, held, dead);
  await started;
  stage.receiver.release();
  await stage.drain();
}

async function end(stage: Stage, crew: readonly App[]): Promise<void> {
  stage.timeline.mark('workers kill -9');
  await Promise.all(crew.map((worker) => worker.kill()));
}

/** @param dead the locks of the worker that was killed */
async function expectRecovery(stage: Stage, held: number, dead: ReadonlyMap<string, string>): Promise<void> {
  const isRecovered = async () => {
    await delay(LOOK_MS);
    const locks = await readLocks(stage.redisUrl, stage.prefix);
    return locks.size === held && [...locks].every(([id, token]) => dead.get(id) !== token);
  };
  const describe = `${held} jobs to be with another worker`;
  const took = Math.round(await stage.recovery.until(waitFor(isRecovered, { timeoutMs: 3 * RECOVERED_MS, describe }), describe));
  stage.expect(`all jobs are with another worker within ${RECOVERED_MS} ms of the kill`, took <= RECOVERED_MS, `${took} ms`);
}

/** All jobs were started `times` times; or the time is up: after three crashes they are in quarantine, where some may wait. */
async function untilStarted({ executions, profile }: Stage, held: number, times: number): Promise<void> {
  const timeoutMs = times === 1 ? START_MS : profile.lockMs + 2 * STALLED_CHECK_MS;
  const all = () => [...executions.byKey.values()].filter(({ starts }) => starts.length >= times).length >= held;
  await waitFor(all, { timeoutMs, describe: 'all jobs to run' }).catch((error: unknown) => {
    if (times === 1) throw error;
  });
}

export const workerKills: readonly Scenario[] = [
  workerKill('worker-kill', 1, 'once', true),
  workerKill('worker-kill-twice', 2, 'twice', false),
  workerKill('worker-kill-five', 5, 'five times', false),
];
