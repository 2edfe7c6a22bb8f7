import type { PoolPolicy } from '../pool-policy.js';
import type { KnownPool, QueueLoad } from '../pool-signal.js';
import type { PoolState } from '../pool-state.js';
import type { Sample } from '../sliding-extreme.js';
import { count, percent } from '../words.js';
import type { Wanted } from './demand.js';

/** Above this share of failures, what the jobs depend on is taken to be the trouble, rather than too few workers. */
const MOST_FAILURES = 0.5;

/**
 * No further worker while most attempts fail and the oldest job does not get younger: more of them would only fail more, at
 * the cost of a dependency that is in trouble already. Undefined where that is not so, or no more are wanted.
 */
export function stuck(load: QueueLoad, current: number, noted: Sample | undefined, wanted: number): Wanted | undefined {
  const { failureShare, oldestMs, queue } = load;
  const most = Math.max(1, current);
  if (wanted <= most || failureShare === null || failureShare <= MOST_FAILURES) return undefined;
  if (oldestMs === null || !noted || oldestMs < noted.value) return undefined;
  const words = `${percent(failureShare)} of the latest attempts failed and the oldest job is no younger, so more than ${count(most, 'worker')} would not help`;
  return { workers: most, steps: [{ name: 'stuck', value: most, because: `${queue}: ${words}.` }] };
}

/** The ages to compare the next ones with: each stands for a period, in which added workers have had the time to change it. */
export function noteAges({ queues }: KnownPool, before: PoolState['ages'], { scaleUp }: PoolPolicy, now: number): PoolState['ages'] {
  const ages = queues.flatMap(({ queue, oldestMs }) => {
    if (oldestMs === null) return [];
    const noted = before[queue];
    const stands = noted && noted.at <= now && noted.at > now - scaleUp.period;
    return [[queue, stands ? noted : { at: now, value: oldestMs }] as const];
  });
  return Object.fromEntries(ages);
}
