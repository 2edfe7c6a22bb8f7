import type { PoolPolicy } from '../pool-policy.js';
import type { KnownPool } from '../pool-signal.js';
import type { Stage } from '../situation.js';
import { count, duration } from '../words.js';

/** Milliseconds before a scheduled run, over the cold start, in which the last worker stays: so short a rest is none. */
const SCHEDULE_MARGIN = 30_000;

/**
 * The step between one worker and none, for pools that may have none. The last worker goes once nothing waits, is due, runs
 * or is scheduled, and has not for the cooldown; the first comes for work alone, not for what is left of a smoothed rate.
 */
export const zero: Stage = (workers, situation) => {
  if (situation.policy.min > 0) return undefined;
  return situation.signal.replicas === 0 ? wake(workers, situation) : rest(workers, situation);
};

/** For a job that runs, too: its worker may be dead, and only another one takes the job over. */
const wake: Stage = (workers, { signal, policy }) => {
  const work = workOf(signal) ?? scheduledWithin(signal, policy.coldStart);
  if (work === undefined && workers > 0) return { name: 'zero', value: 0, because: 'Nothing waits, is due or runs: no worker is woken.' };
  if (work !== undefined && workers === 0) return { name: 'zero', value: 1, because: `${work}: a worker is woken.` };
  return undefined;
};

const rest: Stage = (workers, { signal, policy }) => {
  if (workers > 1) return undefined;
  const why = workOf(signal) ?? scheduledWithin(signal, policy.coldStart + SCHEDULE_MARGIN) ?? stillWarm(signal, policy);
  if (why !== undefined) return workers === 0 ? { name: 'zero', value: 1, because: `${why}: the last worker stays.` } : undefined;
  return { name: 'zero', value: 0, because: `Idle for ${duration(policy.cooldown)}, and nothing is scheduled soon: down to none.` };
};

function workOf({ queues }: KnownPool): string | undefined {
  const jobs = queues.reduce((sum, { waiting, due, active }) => sum + waiting + due + active, 0);
  return jobs > 0 ? `${count(jobs, 'job')} to do` : undefined;
}

function scheduledWithin({ nextScheduleMs }: KnownPool, withinMs: number): string | undefined {
  return nextScheduleMs !== null && nextScheduleMs <= withinMs ? `A schedule runs in ${duration(nextScheduleMs)}` : undefined;
}

function stillWarm({ queues }: KnownPool, { cooldown }: PoolPolicy): string | undefined {
  const idleMs = Math.min(...queues.map((load) => load.idleMs));
  return idleMs < cooldown ? `Idle for ${duration(idleMs)} of ${duration(cooldown)}` : undefined;
}
