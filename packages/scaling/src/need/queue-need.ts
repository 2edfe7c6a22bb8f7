import type { Step } from '../decision.js';
import type { PoolPolicy } from '../pool-policy.js';
import type { QueueLoad } from '../pool-signal.js';
import type { Sample } from '../sliding-extreme.js';
import { ageNeed, isLate } from './age.js';
import { capped } from './cap.js';
import { demandOf, type Wanted } from './demand.js';
import { stuck } from './stuck.js';

/** Workers, in fractions of one. */
export interface QueueNeed {
  /** Before what holds them back. */
  readonly raw: number;
  /** After it. */
  readonly workers: number;
  /** The oldest job misses its pick-up target. */
  readonly late: boolean;
  readonly steps: readonly Step[];
}

export interface Staff {
  /** What the target is set to. */
  readonly current: number;
  /** Workers that fetch. */
  readonly ready: number;
}

/** @param noted the age of the oldest job some time ago */
export function queueNeed(load: QueueLoad, { current, ready }: Staff, noted: Sample | undefined, policy: PoolPolicy): QueueNeed {
  const demand = demandOf(load, policy);
  const aged = ageNeed(load, ready, policy, demand.workers);
  const raw = aged ?? demand;
  const held = stuck(load, current, noted, raw.workers);
  const cap = capped(load, (held ?? raw).workers);
  const steps = [demand, aged, held, cap].flatMap((stage: Wanted | undefined) => stage?.steps ?? []);
  return { raw: raw.workers, workers: (cap ?? held ?? raw).workers, late: isLate(load, policy), steps };
}
