import { roundUp } from '../round-up.js';
import type { Stage } from '../situation.js';
import { amount, count, percent } from '../words.js';

/**
 * Small differences change nothing, as in Kubernetes' HorizontalPodAutoscaler ("Algorithm details": skipped while the ratio
 * of the desired to the current value is close to 1, by default within 0.1). A job that is late is no small difference.
 */
export const tolerance: Stage = (workers, { signal, need, policy }) => {
  const current = signal.replicas;
  if (workers === current || current === 0) return undefined;
  const difference = Math.abs(need.workers / current - 1);
  if (difference > policy.tolerance || roundUp(need.urgent) > current) return undefined;
  const because = `A need of ${amount(need.workers)} workers differs from ${current} by no more than ${percent(policy.tolerance)}: ${count(current, 'worker')} as before.`;
  return { name: 'tolerance', value: current, because };
};
