import { z } from 'zod';
import type { Mode, PoolPolicy } from '../pool-policy.js';
import { contradictionsIn } from './contradictions.js';
import { oneOf, settings } from './fields.js';
import { PolicyError } from './policy-error.js';
import { readText } from './policy-text.js';
import { LABEL, MODES, POOL_NAME, poolSchema } from './pool-schema.js';
import { type Problem, toProblems } from './problem.js';

export interface PolicyOptions {
  /** The queues that there are; without it, any name may be one. */
  readonly queues?: readonly string[];
  /** Those of them that no worker of ours serves: local processes cannot be scaled for them. */
  readonly leased?: readonly string[];
}

const mode = oneOf(MODES).default('enforce');
const pools = z.record(z.string(), z.unknown(), { error: 'give a mapping with a name for each pool' });

const fileSchema = settings({ mode, pools: pools.refine(isFilled, { error: 'is empty: name at least one pool' }) });

/** What there is of it, whatever else is wrong, so that the problems of the pools are told with it. */
const readable = z.looseObject({ mode: mode.catch('enforce'), pools: pools.catch({}) }).catch({ mode: 'enforce', pools: {} });

/** Of the pick-up target: until the load has been seen and workers have started, the rest of it is gone. */
const DRAIN_SHARE = 0.5;

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
  const file = fileSchema.safeParse(data);
  const { policies, problems } = readPools(readable.parse(data), options);
  const all = [...(file.success ? [] : toProblems(file.error, [])), ...problems];
  if (all.length === 0) return policies;
  const placed = all.map(({ path, message }) => ({ path: path.join('.'), line: lineOf(path), message }));
  throw new PolicyError(placed.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)));
}

interface Read {
  readonly policies: PoolPolicy[];
  readonly problems: Problem[];
}

function readPools(file: z.output<typeof readable>, { queues, leased }: PolicyOptions): Read {
  const schema = poolSchema(queues);
  const read = Object.entries(file.pools).map(([pool, data]) => readPool(schema, pool, data, file.mode));
  return {
    policies: read.flatMap(({ policies }) => policies),
    problems: [...read.flatMap(({ problems }) => problems), ...contradictionsIn(file.pools, leased)],
  };
}

function readPool(schema: ReturnType<typeof poolSchema>, pool: string, data: unknown, common: Mode): Read {
  const path = ['pools', pool];
  const wrongName = POOL_NAME.test(pool) ? [] : [{ path, message: `is no name for a pool: give ${LABEL}` }];
  const parsed = schema.safeParse(data);
  if (!parsed.success) return { policies: [], problems: [...wrongName, ...toProblems(parsed.error, path)] };
  const { mode = common, pickUpTarget, drainTarget = Math.ceil(pickUpTarget * DRAIN_SHARE) } = parsed.data;
  return { policies: [{ ...parsed.data, pool, mode, drainTarget, pin: null }], problems: wrongName };
}

function isFilled(named: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(named).length > 0;
}
