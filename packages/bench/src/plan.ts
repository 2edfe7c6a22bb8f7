import { parseArgs } from 'node:util';

/** How long a comparison runs. */
export interface Plan {
  /** Of each subject. */
  readonly rounds: number;
  /** Of one round of one subject. */
  readonly seconds: number;
  /** Before the first round, of each subject; not counted. */
  readonly warmUpSeconds: number;
  /** The workload to run; all of them unless given. */
  readonly only?: string;
}

const FULL: Plan = { rounds: 7, seconds: 6, warmUpSeconds: 5 };
const QUICK: Plan = { rounds: 3, seconds: 3, warmUpSeconds: 2 };

export const USAGE = `Usage: npm run bench [-- --quick] [--only NAME]

Runs the built product beside a peer, in turns, and prints the medians and their ratio.
  --quick   fewer and shorter rounds: less than a minute for each workload
  --only    one workload: submit (the gateway beside a bare server), durability (synced beside fast),
            monitoring, tracing, logging (each beside none of it) or observability (all of these beside nothing)`;

/**
 * Reads the command line.
 * @returns 'help' when that is what was asked for
 * @throws TypeError that names an unknown option
 */
export function parsePlan(args: readonly string[]): Plan | 'help' {
  const options = { quick: { type: 'boolean' }, only: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const;
  const { values } = parseArgs({ args: [...args], options });
  if (values.help) return 'help';
  return { ...(values.quick ? QUICK : FULL), only: values.only };
}
