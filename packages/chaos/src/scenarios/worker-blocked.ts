import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '@dts/testkit';
import { AT_ONCE } from '../load/submission.js';
import type { Scenario } from './scenario.js';

/** In milliseconds; the product's is as the worker is shipped. */
const LOCKS = { control: '1000', product: '' };
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
    const lock = { LOCK_DURATION: LOCKS[arm] };
    await stage.startRedis();
    await stage.startGateway();
    stage.receiver.hold();
    const blocked = await stage.startWorker(lock);
    await stage.startLoad({ mix: AT_ONCE, total: JOBS }).done();
    await waitFor(() => stage.executions.byKey.size >= JOBS, { timeoutMs: 30_000, describe: 'jobs to run' });
    await stage.startWorker(lock);
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
