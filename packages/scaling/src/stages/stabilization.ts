import type { Stage } from '../situation.js';
import { extremeOf } from '../sliding-extreme.js';
import { count, duration } from '../words.js';

/**
 * Down to the highest wish of the window, no further: "stabilizationWindowSeconds" of Kubernetes' HorizontalPodAutoscaler,
 * so that a load which goes up and down does not take the workers with it.
 */
export const stabilization: Stage = (workers, { signal, policy, state }) => {
  const current = signal.replicas;
  const value = Math.min(current, extremeOf(state.wishes, current));
  if (workers >= value) return undefined;
  const window = duration(policy.scaleDown.stabilization);
  return { name: 'stabilization', value, because: `${count(value, 'worker')} were asked for within the last ${window}: no fewer yet.` };
};
