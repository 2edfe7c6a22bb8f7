import type { Step } from '../decision.js';
import type { Stage } from '../situation.js';
import { count } from '../words.js';

/** The fewest and the most that the policy allows, whatever else there is. */
export const bounds: Stage = (workers, { policy: { min, max } }) => {
  if (workers < min) return atLeast(min);
  if (workers > max) return { name: 'bounds', value: max, because: `The policy allows at most ${count(max, 'worker')}.` };
  return undefined;
};

export function atLeast(min: number): Step {
  return { name: 'bounds', value: min, because: `The policy wants at least ${count(min, 'worker')}.` };
}
