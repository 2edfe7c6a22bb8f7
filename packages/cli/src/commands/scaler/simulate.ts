import { setImmediate } from 'node:timers/promises';
import { type Comparison, compare, LOADS } from '@dts/scaling/simulate';
import { type Command, Option } from 'commander';
import { addExamples } from '../../help.js';
import { ProgressBar } from '../../output/progress-bar.js';
import type { Session } from '../../process/session.js';
import { toDocument } from '../../simulation/document.js';
import { readLoad, readPolicy } from '../../simulation/inputs.js';
import { writeReport } from '../../simulation/write-report.js';
import { parseDuration } from '../../values/duration.js';
import { integer } from '../../values/number.js';
import { comparisonTable } from '../../views/comparison.view.js';
import { collect } from '../options.js';
import type { Run } from '../run.js';

/** Milliseconds by which every scaler sees the load late. */
const METRIC_LAG = 1_000;

interface Options {
  readonly load?: readonly string[];
  readonly policy?: string;
  readonly pool?: string;
  readonly out?: string;
  readonly slots: number;
  readonly service: number;
  readonly seed: number;
  readonly seeds: number;
}

export function addSimulate(parent: Command, run: Run): void {
  const command = parent
    .command('simulate')
    .description('Plays loads against a policy and its rivals, the HPA and KEDA, on a simulated pool: needs no scaler.')
    .addOption(
      new Option(
        '--load <load>',
        `${LOADS.map(({ name }) => name).join(', ')}, or a file of time,jobs lines; may come several times (default: each of those)`,
      ).argParser(collect),
    )
    .addOption(new Option('--policy <file>', 'a policy file (default: 1 to 40 workers, the rest as a policy has it)'))
    .addOption(new Option('--pool <pool>', 'this one of the file'))
    .addOption(new Option('--out <folder>', 'write report.md, report.json and a picture of each load there'))
    .addOption(new Option('--slots <n>', 'jobs that a worker runs at once').argParser(integer(1, 1_000)).default(4))
    .addOption(new Option('--service <duration>', 'how long a job runs, on average').argParser(parseDuration).default(2_000, '2s'))
    .addOption(new Option('--seed <n>', 'repeats a simulation').argParser(integer(0, 0xffffffff)).default(1))
    .addOption(new Option('--seeds <n>', 'plays with so many seeds, from that one on').argParser(integer(1, 100)).default(3))
    .action(
      run(async (session, options: Options) => {
        const comparisons = await compareAll(session, options);
        session.printer.document(toDocument(comparisons), () => comparisonTable(comparisons, session.printer));
        if (options.out !== undefined) session.printer.note(`The report is in ${writeReport(options.out, comparisons, session.world)}.`);
        return undefined;
      }),
    );
  addExamples(
    command,
    'dts scaler simulate --load burst --policy scaler.yaml --out simulated',
    'dts scaler simulate --load monday.csv --slots 20 --service 350ms --json',
    'dts scaler simulate --load sine --load spikes --seed 7 --seeds 1',
  );
}

async function compareAll(session: Session, options: Options): Promise<Comparison[]> {
  const { world } = session;
  const policy = await readPolicy(options.policy, options.pool, world);
  const names = options.load ?? LOADS.map(({ name }) => name);
  const loads = [];
  for (const name of new Set(names)) loads.push(await readLoad(name, world));
  const service = { meanSeconds: Math.max(1, options.service) / 1_000, variation: 1 };
  const model = { slots: options.slots, service, coldStart: policy.coldStart, metricLag: METRIC_LAG };
  const seeds = Array.from({ length: options.seeds }, (_, index) => options.seed + index);
  const comparisons: Comparison[] = [];
  for (const load of loads) comparisons.push(await follow(session, load.name, compare({ load, policy, model, seeds })));
  return comparisons;
}

/** Shows how far it is, and lets Ctrl-C end it between two runs. */
async function follow({ world, printer, signal }: Session, name: string, comparing: ReturnType<typeof compare>): Promise<Comparison> {
  using bar = new ProgressBar(world.err, printer.json);
  for (;;) {
    const { done, value } = comparing.next();
    if (done) return value;
    bar.update({ value: value.done, total: value.total, text: `${name}: ${value.done} of ${value.total} runs` });
    await setImmediate();
    signal.throwIfAborted();
  }
}
