import type { PoolPolicy } from '../pool-policy.js';
import type { QueueLoad } from '../pool-signal.js';
import { duration } from '../words.js';
import type { Wanted } from './demand.js';
import { workersStep } from './workers-step.js';

/** However late the oldest job is, the workers at most double: the next reading sees what that changes. */
const MOST_GROWTH = 2;

/** Whether the oldest waiting job should have been picked up by now. */
export function isLate({ oldestMs, waiting }: QueueLoad, { pickUpTarget }: PoolPolicy): boolean {
  return oldestMs !== null && waiting > 0 && oldestMs > pickUpTarget;
}

/**
 * More workers than there are while the oldest waiting job is late, by as much as it is; undefined where the demand already
 * asks for as many. Not more than have a job to run: idle slots do not help, whatever else delays it.
 * @param ready workers that fetch
 */
export function ageNeed(load: QueueLoad, ready: number, policy: PoolPolicy, demand: number): Wanted | undefined {
  if (!isLate(load, policy)) return undefined;
  const { waiting, due, active, slotsPerWorker } = load;
  const oldestMs = load.oldestMs ?? 0;
  const enough = Math.ceil((waiting + due + active) / slotsPerWorker);
  const workers = Math.min(ready * Math.min(MOST_GROWTH, oldestMs / policy.pickUpTarget), enough);
  if (workers <= demand) return undefined;
  const words = `the oldest job waits for ${duration(oldestMs)} and should have been picked up within ${duration(policy.pickUpTarget)}`;
  return { workers, steps: [workersStep('age', workers, load, words)] };
}
