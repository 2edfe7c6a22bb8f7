import { setTimeout as delay } from 'node:timers/promises';
import type { Arm } from '../stage/arm.js';
import { startCrew, submitHeldJobs, untilHeld } from '../stage/held-jobs.js';
import type { Stage } from '../stage/stage.js';
import type { Scenario } from './scenario.js';

/** The gateway promises an answer within 1.1 s; the rest is for a machine that is busy with its own harness. */
const ANSWER_MS = 1_500;
const SHORT_LOCK = { LOCK_DURATION: '1000' };
/** As the worker is shipped. */
const OWN_LOCK = { LOCK_DURATION: '' };
/** Long enough that a job without a lock is found by two checks. */
const HELD_ON_MS = 5_000;
/** For what is submitted meanwhile. */
const SPARE_SLOTS = 500;
/** Enough to show harm; with short locks the rest would be taken from each other without end. */
const HELD_BY_CONTROL = 500;

/** Redis does not answer, in one way or another, while jobs run. */
async function play(
  stage: Stage,
  held: number,
  lock: Readonly<Record<string, string>>,
  outage: (stage: Stage) => Promise<void>,
): Promise<void> {
  await stage.startGateway();
  await Promise.all([startCrew(stage, held + SPARE_SLOTS, lock), submitHeldJobs(stage, held)]);
  await untilHeld(stage, held);
  const load = stage.startLoad({ believed: 50 });
  await stage.untilFault();
  await outage(stage);
  await stage.recovery.ofCallers(load);
  await delay(HELD_ON_MS);
  stage.receiver.release();
  await stage.finish();
  const slowest = Math.round(load.slowestTrouble);
  stage.expect(`callers are told within ${ANSWER_MS} ms`, slowest > 0 && slowest <= ANSWER_MS, `${slowest} ms at the longest`);
}

export const redisPause: Scenario = {
  name: 'redis-pause',
  fault: 'Redis does not answer for 5 s (SIGSTOP)',
  load: 'concurrent callers; 10,000 running jobs (100 in the quick matrix)',
  holds: 'nothing lost; callers are told in time; no job runs twice, as locks outlive the outage',
  control: 'locks shorter than the outage',
  harm: 'repeated',
  once: true,
  apart: true,
  quick: true,
  async play(stage, arm) {
    await stage.startRedis();
    const { held } = stage.profile;
    const [most, lock] = arm === 'control' ? [HELD_BY_CONTROL, SHORT_LOCK] : [held, OWN_LOCK];
    await play(stage, Math.min(held, most), lock, async ({ redis, timeline, profile }) => {
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
  load: 'concurrent callers; 10,000 running jobs (100 in the quick matrix)',
  holds: 'nothing lost; callers are told in time; no job runs twice, as locks outlive the outage',
  control: 'no append-only file',
  harm: 'lost',
  once: true,
  apart: true,
  quick: false,
  async play(stage: Stage, arm: Arm) {
    await stage.startRedis(arm === 'control' ? { settings: { appendonly: 'no' } } : {});
    await play(stage, stage.profile.held, OWN_LOCK, async ({ redis, timeline, profile }) => {
      timeline.mark('stopped');
      await redis.kill();
      await delay(profile.outageMs);
      await redis.start();
      timeline.mark('started');
    });
  },
};
