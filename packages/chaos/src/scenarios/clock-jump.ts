import type { Scenario } from './scenario.js';

const JUMP_S = 60;

/**
 * Redis writes down when a key expires, not how long it lives: what it reads back may be a minute off. It ends with the
 * clock ahead, as what was to run in a second there would otherwise be due in 61.
 */
export const clockJump: Scenario = {
  name: 'clock-jump',
  fault: `the clock of every process jumps ${JUMP_S} s back, to the right time, and ${JUMP_S} s ahead; a worker and Redis are killed (-9) while it is wrong`,
  load: 'concurrent callers, delayed and prioritized jobs among them',
  holds: 'nothing lost, and every delayed job runs',
  control: 'no append-only file',
  harm: 'lost',
  quick: true,
  async play(stage, arm) {
    const clock = await stage.startClock();
    const { env } = clock;
    const redis = await stage.startRedis({ env, settings: arm === 'control' ? { appendonly: 'no' } : {} });
    const [, worker] = await Promise.all([stage.startGateway(env), stage.startWorker(env)]);
    const load = stage.startLoad();
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
    await stage.measureRecovery(load);
    await stage.finish();
  },
};
