import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '@dts/testkit';
import type { Arm } from '../stage/arm.js';
import type { Stage } from '../stage/stage.js';
import type { Scenario } from './scenario.js';

/** The gateway promises an answer within 1.1 s; the rest is for a machine that is busy with its own harness. */
const ANSWER_MS = 1_500;
const SHORT_LOCK_MS = 1_000;
/** Long enough that a job without a lock is found by two checks. */
const HELD_ON_MS = 5_000;

/** Redis does not answer, in one way or another, while jobs run. */
async function play(stage: Stage, lockMs: number, outage: (stage: Stage) => Promise<void>): Promise<void> {
  await Promise.all([stage.startGateway(), stage.startWorker({ LOCK_DURATION: String(lockMs) })]);
  const load = stage.startLoad({ believed: 50 });
  await stage.untilFault();
  stage.receiver.hold();
  const before = stage.executions.byKey.size;
  await waitFor(() => stage.executions.byKey.size >= before + stage.profile.held, { timeoutMs: 30_000, describe: 'jobs to run' });
  await outage(stage);
  await stage.measureRecovery(load);
  await delay(HELD_ON_MS);
  stage.receiver.release();
  await stage.finish();
  const slowest = Math.round(load.slowestTrouble);
  stage.expect(`callers are told within ${ANSWER_MS} ms`, slowest > 0 && slowest <= ANSWER_MS, `${slowest} ms at the longest`);
}

export const redisPause: Scenario = {
  name: 'redis-pause',
  fault: 'Redis does not answer for 5 s (SIGSTOP)',
  load: 'concurrent callers; running jobs',
  holds: 'nothing lost; callers are told in time; no job runs twice, as locks outlive the outage',
  control: 'locks shorter than the outage',
  harm: 'repeated',
  once: true,
  quick: true,
  async play(stage, arm) {
    await stage.startRedis();
    const lockMs = arm === 'control' ? SHORT_LOCK_MS : 3 * stage.profile.outageMs;
    await play(stage, lockMs, async ({ redis, timeline, profile }) => {
      timeline.mark('SIGSTOP');
      redis.pause();
      await delay(profile.outageMs);
      redis.resume();
      timeline.mark('SIGCONT');
    });
  },
};

export const redisRestart: Scenario = {
  name: 'redis-restart',
  fault: 'Redis stopped for 5 s and started again',
  load: 'concurrent callers; running jobs',
  holds: 'nothing lost; callers are told in time; no job runs twice, as locks outlive the outage',
  control: 'no append-only file',
  harm: 'lost',
  once: true,
  quick: false,
  async play(stage: Stage, arm: Arm) {
    await stage.startRedis(arm === 'control' ? { settings: { appendonly: 'no' } } : {});
    await play(stage, 3 * stage.profile.outageMs, async ({ redis, timeline, profile }) => {
      timeline.mark('stopped');
      await redis.kill();
      await delay(profile.outageMs);
      await redis.start();
      timeline.mark('started');
    });
  },
};
