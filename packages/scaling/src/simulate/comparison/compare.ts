import type { PoolPolicy } from '../../pool-policy.js';
import type { PoolModel } from '../pool/pool-model.js';
import { type SimulatedRun, simulate } from '../run/simulate.js';
import { generateJobs } from '../workload/jobs.js';
import type { Load } from '../workload/load.js';
import { sourceFor } from '../workload/random.js';
import { type Contender, createContenders } from './contender.js';
import { type Outcome, toOutcome } from './outcome.js';

export interface ComparisonOptions {
  readonly load: Load;
  readonly policy: PoolPolicy;
  readonly model: PoolModel;
  /** The load is played once with each. */
  readonly seeds: readonly number[];
}

export interface Comparison extends ComparisonOptions {
  readonly outcomes: readonly Outcome[];
}

/** How many runs there are, and how many of them are over. */
export interface ComparisonProgress {
  readonly done: number;
  readonly total: number;
}

/** Plays a load against our policy and its rivals, on the very same jobs. Yields after each run, which may take a second. */
export function* compare(options: ComparisonOptions): Generator<ComparisonProgress, Comparison, void> {
  const { policy, model, seeds } = options;
  const contenders = createContenders(policy, model);
  const runs = new Map<Contender, SimulatedRun[]>(contenders.map((contender) => [contender, []]));
  const total = seeds.length * contenders.length;
  let done = 0;
  for (const seed of seeds) {
    const play = prepare(options, seed);
    for (const contender of contenders) {
      runs.get(contender)?.push(play(contender));
      yield { done: ++done, total };
    }
  }
  return { ...options, outcomes: contenders.map((contender) => toOutcome(contender, runs.get(contender) ?? [], policy.pickUpTarget)) };
}

/** The jobs of a seed are made once for all. */
function prepare({ load, policy, model }: ComparisonOptions, seed: number): (contender: Contender) => SimulatedRun {
  const jobs = generateJobs(load, model.service, seed);
  const phase = sourceFor(seed, 'phase')();
  const { pickUpTarget } = policy;
  return ({ create }) => simulate({ jobs, seconds: load.seconds, model, pickUpTarget, phase }, create());
}
