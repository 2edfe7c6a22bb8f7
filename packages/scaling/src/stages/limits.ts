import type { PoolPolicy, ScaleLimit } from '../pool-policy.js';
import type { Stage } from '../situation.js';
import { extremeOf, type Sample } from '../sliding-extreme.js';
import { count, duration } from '../words.js';

/*
 * How fast the number may change, as the scaling policies of Kubernetes' HorizontalPodAutoscaler with "selectPolicy: Max":
 * in each period by a share or by a number, whichever is more. Both count from the fewest, or the most, of the period, so
 * that the limit holds in every period and not only from one to the next.
 */

export const upLimit: Stage = (workers, { signal, policy: { scaleUp }, state }) => {
  const current = signal.replicas;
  const from = Math.min(current, extremeOf(state.lows, current));
  const most = Math.max(current, from + Math.max(scaleUp.workers, Math.ceil((from * scaleUp.percent) / 100)));
  if (workers <= most) return undefined;
  const because = `From ${from} within ${duration(scaleUp.period)} to at most ${count(most, 'worker')}: ${allowed(scaleUp)}.`;
  return { name: 'up-limit', value: most, because };
};

export const downLimit: Stage = (workers, { signal, policy: { scaleDown }, state }) => {
  const current = signal.replicas;
  const fewest = Math.min(current, lowestAllowed(scaleDown, state.highs, current));
  if (workers >= fewest) return undefined;
  const from = extremeOf(state.highs, current);
  const because = `From ${from} within ${duration(scaleDown.period)} to no fewer than ${count(fewest, 'worker')}: ${allowed(scaleDown)}.`;
  return { name: 'down-limit', value: fewest, because };
};

function lowestAllowed({ workers, percent }: PoolPolicy['scaleDown'], highs: readonly Sample[], current: number): number {
  const from = extremeOf(highs, current);
  return Math.max(0, from - Math.max(workers, Math.floor((from * percent) / 100)));
}

function allowed({ workers, percent }: ScaleLimit): string {
  return `by ${percent} % or ${workers}, whichever is more`;
}
