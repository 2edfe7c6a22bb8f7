import { basename, extname } from 'node:path';
import { type PoolPolicy, parsePolicies, toPolicies } from '@dts/scaling';
import { LOADS, type Load, parseRecordedLoad } from '@dts/scaling/simulate';
import { UsageError } from '../failure/usage-error.js';
import { readFileOrInput } from '../payload/read-text.js';
import type { World } from '../process/world.js';

type Surroundings = Pick<World, 'cwd' | 'in'>;

/** The defaults of a policy, for a pool that is large enough for the loads. */
const BUILT_IN = { pools: { simulated: { queues: ['simulated'], target: { kind: 'dry-run' }, min: 1, max: 40 } } };

/** A load by its name, or what a file has recorded. @throws UsageError, RecordError */
export async function readLoad(given: string, world: Surroundings): Promise<Load> {
  const known = LOADS.find(({ name }) => name === given);
  if (known) return known;
  if (!/[./\\-]/.test(given)) {
    const names = LOADS.map(({ name }) => name).join(', ');
    throw new UsageError(
      `There is no load ${given}; there are: ${names}. A file of time,jobs lines is given by its path, such as ./${given}.`,
    );
  }
  const name = given === '-' ? 'recorded' : basename(given, extname(given));
  return asUsage(parseRecordedLoad, name, await readFileOrInput(given, world));
}

/** A pool of a policy file, or one with every default. @throws UsageError */
export async function readPolicy(file: string | undefined, pool: string | undefined, world: Surroundings): Promise<PoolPolicy> {
  const policies = file === undefined ? toPolicies(BUILT_IN) : asUsage(parsePolicies, await readFileOrInput(file, world));
  const found = pool === undefined ? policies[0] : policies.find((policy) => policy.pool === pool);
  if (found && (pool !== undefined || policies.length === 1)) return found;
  const names = policies.map((policy) => policy.pool).join(', ');
  throw new UsageError(
    pool === undefined ? `Say which pool with --pool: ${names}.` : `There is no pool ${pool} in the policy; there are: ${names}.`,
  );
}

/** What is wrong with a file is for the person who gave it. */
function asUsage<Args extends unknown[], Result>(parse: (...args: Args) => Result, ...args: Args): Result {
  try {
    return parse(...args);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
