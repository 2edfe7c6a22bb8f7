import type { Step } from '../decision.js';
import type { PoolPolicy } from '../pool-policy.js';
import type { Stage } from '../situation.js';
import { count, duration } from '../words.js';

export const pin: Stage = (_workers, { policy, now }) => pinnedTo(policy, now);

/** An operator's number goes before the load's and the policy's fewest; the most stands, since it is what the target can bear. */
export function pinnedTo({ pin, max }: PoolPolicy, now: number): Step | undefined {
  if (pin === null || pin.until <= now) return undefined;
  const tooMany = pin.replicas > max ? `, of which the policy allows ${max}` : '';
  const because = `Pinned to ${count(pin.replicas, 'worker')} for another ${duration(pin.until - now)}${tooMany}.`;
  return { name: 'pin', value: Math.min(pin.replicas, max), because };
}
