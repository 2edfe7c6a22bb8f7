import { z } from 'zod';
import type { Mode, PoolPolicy } from '../pool-policy.js';
import { contradictionsIn } from './contradictions.js';
import { oneOf, settings } from './fields.js';
import { PolicyError } from './policy-error.js';
import { readText } from './policy-text.js';
import { MODES, POOL_NAME, poolSchema } from './pool-schema.js';
import { type Problem, toProblems } from './problem.js';

export interface PolicyOptions {
  /** The queues that there are; without it, any name may be one. */
  readonly queues?: readonly string[];
}

const fileSchema = settings({
  mode: oneOf(MODES).default('enforce'),
  pools: z.record(z.string(), z.unknown(), { error: 'give a mapping with a name for each pool' }),
});

/**
 * The pools of a policy file (YAML), complete with what it leaves to the defaults.
 * @throws PolicyError
 */
export function parsePolicies(text: string, options: PolicyOptions = {}): PoolPolicy[] {
  const { data, lineOf } = readText(text);
  return policiesOf(data, options, lineOf);
}

/**
 * The same from plain data, for a policy that stands in code.
 * @throws PolicyError
 */
export function toPolicies(data: unknown, options: PolicyOptions = {}): PoolPolicy[] {
  return policiesOf(data, options, () => undefined);
}

function policiesOf(data: unknown, options: PolicyOptions, lineOf: (path: readonly PropertyKey[]) => number | undefined): PoolPolicy[] {
  const { policies, problems } = read(data, options);
  const all = [...problems, ...contradictionsIn(policies)];
  if (all.length === 0) return policies;
  throw new PolicyError(all.map(({ path, message }) => ({ path: path.join('.'), line: lineOf(path), message })));
}

interface Read {
  readonly policies: PoolPolicy[];
  readonly problems: Problem[];
}

function read(data: unknown, { queues }: PolicyOptions): Read {
  const file = fileSchema.safeParse(data);
  if (!file.success) return { policies: [], problems: toProblems(file.error, []) };
  const schema = poolSchema(queues);
  const pools = Object.entries(file.data.pools).map(([pool, settingsOf]) => readPool(schema, pool, settingsOf, file.data.mode));
  const none = pools.length === 0 ? [{ path: ['pools'], message: 'is empty: name at least one pool' }] : [];
  return { policies: pools.flatMap(({ policies }) => policies), problems: [...none, ...pools.flatMap(({ problems }) => problems)] };
}

function readPool(schema: ReturnType<typeof poolSchema>, pool: string, data: unknown, mode: Mode): Read {
  const path = ['pools', pool];
  const wrongName = POOL_NAME.test(pool)
    ? []
    : [{ path, message: 'is no name for a pool: use up to 63 lower-case letters, digits and hyphens' }];
  const parsed = schema.safeParse(data);
  if (!parsed.success) return { policies: [], problems: [...wrongName, ...toProblems(parsed.error, path)] };
  return { policies: [{ ...parsed.data, pool, mode: parsed.data.mode ?? mode, pin: null }], problems: wrongName };
}
