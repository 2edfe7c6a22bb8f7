import { Command, InvalidArgumentError } from 'commander';
import { FULL, type Plan, QUICK } from './plan.js';
import type { Workload } from './workload.js';

export interface Options {
  readonly plan: Plan;
  readonly workloads: readonly Workload[];
  /** Where the report goes. */
  readonly out: string;
  /** Names the workloads and measures nothing. */
  readonly list: boolean;
}

interface Given {
  readonly quick?: true;
  readonly only: readonly Workload[];
  readonly rounds?: number;
  readonly out: string;
  readonly list?: true;
}

/** Reads the command line. Ends the process where it asks for help or cannot be read, with a message that says what is wrong. */
export function parseOptions(argv: readonly string[], known: readonly Workload[]): Options {
  const { quick, only, rounds, out, list } = describe(known).parse(argv, { from: 'user' }).opts<Given>();
  const plan = quick ? QUICK : FULL;
  const workloads = only.length > 0 ? only : known.filter(({ isLong }) => !quick || !isLong);
  return { plan: { ...plan, rounds: rounds ?? plan.rounds }, workloads, out, list: list === true };
}

function describe(known: readonly Workload[]): Command {
  return new Command('npm run bench --')
    .description('Runs the built product beside its peers, in turns, and holds the medians against what they must reach.')
    .option('--quick', 'fewer and shorter rounds of the short workloads: under 3 minutes')
    .option('--only <names>', 'these workloads only, with commas between them; see --list', (text) => find(text, known), [])
    .option('--rounds <number>', `turns of each contender; ${FULL.rounds} unless given, ${QUICK.rounds} with --quick`, parseRounds)
    .option('--out <folder>', 'where report.md, report.json and the plots go', 'bench-results')
    .option('--list', 'the workloads, and nothing else')
    .addHelpText(
      'after',
      '\nIt ends with 1 when a figure is not even half of what it must be, and with 0 when it misses by less: that is in the report.',
    );
}

function find(text: string, known: readonly Workload[]): readonly Workload[] {
  return text.split(',').map((name) => {
    const workload = known.find((candidate) => candidate.name === name.trim());
    if (workload) return workload;
    throw new InvalidArgumentError(
      `there is no ${JSON.stringify(name)}; there are: ${known.map((candidate) => candidate.name).join(', ')}`,
    );
  });
}

function parseRounds(text: string): number {
  const rounds = Number(text);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100) throw new InvalidArgumentError('give a whole number from 1 to 100');
  return rounds;
}
