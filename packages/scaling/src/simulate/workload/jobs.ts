import { randomLogNormal, randomPoisson } from 'd3-random';
import type { Load } from './load.js';
import { type Source, sourceFor } from './random.js';

/** Times in milliseconds from the start of the load. */
export interface SimulatedJob {
  readonly arrivesAt: number;
  readonly runsMs: number;
}

/** How long jobs run: log-normal, as most work is that has a usual length and no upper end. */
export interface ServiceTime {
  readonly meanSeconds: number;
  /** Standard deviation over mean; 0 makes all alike. */
  readonly variation: number;
}

/** The jobs of a load, in the order in which they come. The same for everyone who is compared. */
export function generateJobs(load: Load, service: ServiceTime, seed: number): SimulatedJob[] {
  const moments = sourceFor(seed, `moments of ${load.name}`);
  const draw = (mean: number) => randomPoisson.source(moments)(mean)();
  const runSeconds = serviceTimes(service, sourceFor(seed, `run times of ${load.name}`));
  const jobs: SimulatedJob[] = [];
  for (let second = 0; second < load.seconds; second++) {
    const offsets = Array.from({ length: load.countAt(second, draw) }, moments).sort((one, other) => one - other);
    for (const offset of offsets) jobs.push({ arrivesAt: (second + offset) * 1_000, runsMs: runSeconds() * 1_000 });
  }
  return jobs;
}

/** Of the normal distribution under a log-normal one, from the latter's mean and variation. */
function serviceTimes({ meanSeconds, variation }: ServiceTime, source: Source): Source {
  const variance = Math.log1p(variation ** 2);
  return randomLogNormal.source(source)(Math.log(meanSeconds) - variance / 2, Math.sqrt(variance));
}
