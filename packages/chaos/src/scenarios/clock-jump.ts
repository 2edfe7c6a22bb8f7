import type { Scenario } from './scenario.js';

const JUMP_S = 60;
const SCHEDULES = 20;
const EVERY_MS = 1_000;

/**
 * Redis writes down when a key expires, not how long it lives: what it reads back may be a minute off. It ends with the
 * clock ahead, as what was to run in a second there would otherwise be due in 61.
 */
export const clockJump: Scenario = {
  name: 'clock-jump',
  fault: `the clock of every process jumps ${JUMP_S} s back, to the right time, and ${JUMP_S} s ahead; a worker and Redis are killed (-9) while it is wrong`,
  load: `concurrent callers, delayed, prioritized and ordered jobs among them; ${SCHEDULES} schedules, a run of each every second`,
  holds: 'nothing lost, every delayed job runs, and every schedule has its next run',
  control: 'no append-only file',
  harm: 'lost',
  quick: true,
  async play(stage, arm) {
    const clock = await stage.startClock();
    const { env } = clock;
    const redis = await stage.startRedis({ env, settings: arm === 'control' ? { appendonly: 'no' } : {} });
    const [, worker] = await Promise.all([stage.startGateway(env), stage.startWorker(env)]);
    const load = stage.startLoad();
    await stage.startSchedules(SCHEDULES, EVERY_MS);
    const jump = async (seconds: number) => {
      await stage.untilFault();
      await clock.set(seconds);
      stage.timeline.mark(`clock ${seconds > 0 ? '+' : ''}${seconds} s`);
      await stage.untilFault();
    };
    await jump(-JUMP_S);
    stage.timeline.mark('worker kill -9');
    await worker.kill();
    await stage.startWorker(env);
    await jump(0);
    await jump(JUMP_S);
    stage.timeline.mark('Redis kill -9');
    await redis.kill();
    await redis.start();
    await stage.recovery.ofCallers(load);
    await stage.untilFault();
    await stage.finishSchedules();
    await stage.finish();
  },
};
