import type { Step } from '../decision.js';
import type { PoolPolicy } from '../pool-policy.js';
import type { KnownPool } from '../pool-signal.js';
import type { PoolState } from '../pool-state.js';
import { type QueueNeed, queueNeed } from './queue-need.js';

/** Workers, in fractions of one. */
export interface PoolNeed {
  /** Before what holds them back. */
  readonly raw: number;
  /** After it. */
  readonly workers: number;
  /** The part of them that queues need whose oldest job misses its pick-up target. */
  readonly urgent: number;
  readonly steps: readonly Step[];
}

const NOTHING: QueueNeed = {
  raw: 0,
  workers: 0,
  late: false,
  steps: [{ name: 'demand', value: 0, because: 'The pool serves no queue.' }],
};

/**
 * What the load asks for. Every worker has slots for each of the queues and serves all of them at the same time, so the pool
 * needs as many as the queue that needs the most.
 */
export function poolNeed(signal: KnownPool, ages: PoolState['ages'], policy: PoolPolicy): PoolNeed {
  const staff = { current: signal.replicas, ready: signal.workers.filter(({ draining }) => !draining).length };
  const served = signal.queues.map((load) => queueNeed(load, staff, ages[load.queue], policy));
  const needs = (served.length > 0 ? served : [NOTHING]).sort((a, b) => a.workers - b.workers);
  const most = needs.at(-1) ?? NOTHING;
  return {
    raw: Math.max(...needs.map(({ raw }) => raw)),
    workers: most.workers,
    urgent: Math.max(0, ...needs.filter(({ late }) => late).map(({ workers }) => workers)),
    // Told, too: those that would have more, did nothing hold them back.
    steps: needs.filter((need) => need === most || need.raw > most.workers).flatMap(({ steps }) => steps),
  };
}
