import { holdOf } from '../pool-state.js';
import { roundUp } from '../round-up.js';
import type { Situation, Stage } from '../situation.js';
import { extremeOf } from '../sliding-extreme.js';
import { count, duration } from '../words.js';

/**
 * Who was asked for a moment ago stays. Then who worked off a backlog may go with it, but not who is needed when the stream of jobs
 * rises again as fast as it did within the stabilization window: up to the most that it needed in it. What rose slowly can be
 * followed, so it need not be waited for. (Kubernetes' HorizontalPodAutoscaler keeps the highest wish of its window, whatever
 * that was for.)
 */
export const stabilization: Stage = (workers, situation) => {
  const current = situation.signal.replicas;
  const asked = Math.min(current, extremeOf(situation.state.wishes, current));
  const reserve = Math.min(current, reserveOf(situation));
  if (workers >= Math.max(asked, reserve)) return undefined;
  const { scaleDown } = situation.policy;
  const because =
    asked >= reserve
      ? `${count(asked, 'worker')} were asked for within the last ${duration(holdOf(scaleDown))}: no fewer yet.`
      : `The load rose fast within the last ${duration(scaleDown.stabilization)} and may again: ${count(reserve, 'worker')} stay for it.`;
  return { name: 'stabilization', value: Math.max(asked, reserve), because };
};

function reserveOf({ need, state, policy }: Situation): number {
  const again = need.stream + extremeOf(state.rises, 0);
  return Math.min(policy.max, roundUp(Math.min(extremeOf(state.streams, 0), again)));
}
