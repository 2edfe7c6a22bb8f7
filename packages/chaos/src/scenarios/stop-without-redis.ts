import { waitFor } from '@dts/testkit';
import { AT_ONCE } from '../load/submission.js';
import type { Scenario } from './scenario.js';

const GRACE_MS = 6_000;
/** Beyond the grace: to end the process itself. */
const MARGIN_MS = 2_000;
/** One process is told to stop, and holds what one is advised to hold. */
const MOST_HELD = 2_000;

export const stopWithoutRedis: Scenario = {
  name: 'stop-without-redis',
  fault: 'a worker is told to stop while Redis is down',
  load: 'jobs that are all running',
  holds: `it ends within its grace (${GRACE_MS} ms), and its jobs run elsewhere once Redis is back`,
  control: 'no append-only file',
  harm: 'lost',
  quick: false,
  async play(stage, arm) {
    const held = Math.min(stage.profile.held, MOST_HELD);
    await stage.startRedis(arm === 'control' ? { settings: { appendonly: 'no' } } : {});
    await stage.startGateway();
    stage.receiver.hold();
    const worker = await stage.startWorker({ QUEUES: `io:${held}`, SHUTDOWN_GRACE: String(GRACE_MS) });
    await stage.startLoad({ mix: AT_ONCE, total: held }).done();
    await waitFor(() => stage.executions.byKey.size >= held, { timeoutMs: 60_000, describe: 'all jobs to run' });
    await stage.redis.kill();
    stage.timeline.mark('Redis down, SIGTERM');
    const startedAt = performance.now();
    await worker.stop(4 * GRACE_MS).catch(() => undefined);
    const took = Math.round(performance.now() - startedAt);
    stage.expect(`ends within ${GRACE_MS + MARGIN_MS} ms`, took <= GRACE_MS + MARGIN_MS, `${took} ms`);
    await stage.redis.start();
    stage.timeline.mark('Redis up');
    stage.receiver.release();
    await stage.startWorker({ QUEUES: `io:${held}` });
    await stage.drain();
  },
};
