import { roundUp } from '../round-up.js';
import type { Stage } from '../situation.js';
import { count } from '../words.js';

/**
 * Not below the workers that the running jobs fill. Jobs spread over all workers, so with many slots hardly one is idle
 * by itself and there must be a way down: those to go are drained, and the target follows as the last job of each is done.
 */
export const busy: Stage = (workers, { signal, policy }) => {
  const full = Math.max(0, ...signal.queues.map(({ active, slotsPerWorker }) => roundUp(active / slotsPerWorker)));
  const fewest = Math.min(full, signal.replicas, policy.max);
  if (workers >= fewest) return undefined;
  return { name: 'busy', value: fewest, because: `The running jobs fill ${count(full, 'worker')}: no fewer than ${fewest}.` };
};
