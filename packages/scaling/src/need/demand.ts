import type { Step } from '../decision.js';
import type { PoolPolicy } from '../pool-policy.js';
import type { QueueLoad } from '../pool-signal.js';
import { amount, count, duration, percent } from '../words.js';
import { workersStep } from './workers-step.js';

/** Workers, in fractions of one, and how the number came about. */
export interface Wanted {
  readonly workers: number;
  readonly steps: readonly Step[];
}

/**
 * Workers for the jobs that come and for those that have piled up:
 *
 *     slots = λ·S/ρ + (W + D)·min(1, S/T)      workers = slots / c
 *
 * The first term is Little's law (J. D. C. Little: "A Proof for the Queuing Formula: L = λW", Operations Research 9(3),
 * 1961) for the jobs in service, at a utilization ρ below 1, without which a queue grows for ever. The second works the
 * backlog off within T: a job that runs for longer than that still takes one slot and no more, hence the minimum.
 *
 * While the arrivals λ are not known, the running jobs stand for λ·S: by the same law they are as many.
 */
export function demandOf(load: QueueLoad, policy: PoolPolicy): Wanted {
  const { serviceSeconds, slotsPerWorker } = load;
  if (serviceSeconds === null) return withoutServiceTime(load, policy);
  const busy = (load.arrivals === null ? load.active : load.arrivals * serviceSeconds) / policy.utilization;
  const steady = busy / slotsPerWorker;
  const demand = workersStep('demand', steady, load, steadyWords(load, serviceSeconds, busy, policy));
  const backlog = load.waiting + load.due;
  if (backlog === 0) return { workers: steady, steps: [demand] };
  const more = Math.min(backlog, (backlog * serviceSeconds * 1_000) / policy.drainTarget);
  const workers = steady + more / slotsPerWorker;
  return { workers, steps: [demand, workersStep('backlog', workers, load, backlogWords(load, more, policy))] };
}

function withoutServiceTime(load: QueueLoad, { jobsPerSlot }: PoolPolicy): Wanted {
  const jobs = load.waiting + load.due + load.active;
  const slots = jobs / jobsPerSlot;
  const unknown = 'how long a job runs is not known yet';
  const words =
    jobs === 0
      ? `no job is there, and ${unknown}`
      : `${unknown}; at ${count(jobsPerSlot, 'job')} a slot, ${count(jobs, 'job')} take ${amount(slots)}`;
  const workers = slots / load.slotsPerWorker;
  return { workers, steps: [workersStep('unknown-service', workers, load, words)] };
}

function steadyWords({ arrivals, active }: QueueLoad, serviceSeconds: number, slots: number, { utilization }: PoolPolicy): string {
  const filled = `${count(slots, 'slot')} at ${percent(utilization)} utilization`;
  if (arrivals === null) return `how many jobs come is not known yet; the ${amount(active)} that run take ${filled}`;
  if (arrivals === 0) return 'no jobs come';
  return `${count(arrivals, 'job')} a second of ${duration(serviceSeconds * 1_000)} each take ${filled}`;
}

function backlogWords({ waiting, due }: QueueLoad, slots: number, { drainTarget }: PoolPolicy): string {
  const jobs = [waiting > 0 && `${count(waiting, 'job')} that wait`, due > 0 && `${count(due, 'delayed job')} due soon`];
  return `${jobs.filter((part) => part !== false).join(' and ')}, to be done within ${duration(drainTarget)}, take ${count(slots, 'slot')} more`;
}
