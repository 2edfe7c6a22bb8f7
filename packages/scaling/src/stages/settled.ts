import type { Stage } from '../situation.js';
import { count } from '../words.js';

/** Nobody goes while workers or Redis are being replaced: who is idle, and why, cannot be told then. */
export const settled: Stage = (workers, { signal }) => {
  if (signal.settled || workers >= signal.replicas) return undefined;
  const because = `A rollout or a failover is under way: ${count(signal.replicas, 'worker')} until it has settled.`;
  return { name: 'settled', value: signal.replicas, because };
};
