import { waitFor } from '@dts/testkit';
import { AT_ONCE, type Mix } from '../load/submission.js';
import { CONDUCTED } from '../stage/built.js';
import type { Stage } from '../stage/stage.js';
import type { Scenario } from './scenario.js';

const JOBS = 2;
/** Long enough that a busy machine renews it in time. */
const LOCK_MS = 2_000;
/** Longer than it takes to find out that a lock has run out. */
const BLOCK_MS = 6_000;
/** One pixel. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const IMAGES: Mix = { ...AT_ONCE, type: 'image.thumbnail' };

/** CPU work runs in threads, and the loop that renews its locks goes on beside it. */
export const loopBlocked: Scenario = {
  name: 'loop-blocked',
  fault: `each job blocks its event loop for ${BLOCK_MS / 1_000} s, three times the lock`,
  load: `${JOBS} CPU jobs, on two workers`,
  holds: 'one run each',
  control: 'the same jobs in a queue without threads',
  harm: 'repeated',
  once: true,
  untouched: true,
  quick: true,
  async play(stage, arm) {
    await stage.startRedis();
    const start = () => stage.startWorker({ ...CONDUCTED, LOCK_DURATION: String(LOCK_MS) });
    await Promise.all([stage.startGateway(), start(), start()]);
    stage.receiver.conductOf = () => `block ${BLOCK_MS}`;
    stage.receiver.reply = { type: 'image/png', body: Buffer.from(PNG, 'base64') };
    await stage.startLoad({ mix: arm === 'control' ? AT_ONCE : IMAGES, total: JOBS, clients: 1 }).done();
    stage.timeline.mark('blocked');
    if (arm === 'control') await untilRepeated(stage);
    else await stage.drain();
  },
};

/** The loops of a control stand still again and again, so it takes long to drain. */
async function untilRepeated({ executions }: Stage): Promise<void> {
  await waitFor(() => [...executions.byKey.values()].some(({ starts }) => starts.length > 1), { timeoutMs: 5 * BLOCK_MS });
}
