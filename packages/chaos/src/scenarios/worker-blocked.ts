import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '@dts/testkit';
import { AT_ONCE } from '../load/submission.js';
import type { Scenario } from './scenario.js';

const SHORT_LOCK_MS = 1_000;
const JOBS = 50;

export const workerBlocked: Scenario = {
  name: 'worker-blocked',
  fault: 'a worker stands still for 5 s (SIGSTOP) while it runs jobs, beside another one',
  load: `${JOBS} jobs that are all running`,
  holds: 'one run each, as locks outlive the block',
  control: 'locks shorter than the block',
  harm: 'repeated',
  once: true,
  quick: false,
  async play(stage, arm) {
    const lockMs = arm === 'control' ? SHORT_LOCK_MS : 3 * stage.profile.outageMs;
    await stage.startRedis();
    await stage.startGateway();
    stage.receiver.hold();
    const blocked = await stage.startWorker({ LOCK_DURATION: String(lockMs) });
    await stage.startLoad({ mix: AT_ONCE, total: JOBS }).done();
    await waitFor(() => stage.executions.byKey.size >= JOBS, { timeoutMs: 30_000, describe: 'jobs to run' });
    await stage.startWorker({ LOCK_DURATION: String(lockMs) });
    stage.timeline.mark('SIGSTOP');
    blocked.program.signal('SIGSTOP');
    await delay(stage.profile.outageMs);
    blocked.program.signal('SIGCONT');
    stage.timeline.mark('SIGCONT');
    await delay(stage.profile.outageMs);
    stage.receiver.release();
    await stage.drain();
  },
};
