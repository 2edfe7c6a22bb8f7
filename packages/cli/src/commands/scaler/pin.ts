import { type Command, InvalidArgumentError, Option } from 'commander';
import { addExamples } from '../../help.js';
import { printable } from '../../output/printable.js';
import { parseDuration } from '../../values/duration.js';
import { formatRelative } from '../../values/instant.js';
import { integer } from '../../values/number.js';
import type { Run } from '../run.js';

const WEEK_S = 7 * 24 * 3_600;

interface Options {
  /** Seconds. */
  readonly for: number;
}

export function addPin(parent: Command, run: Run): void {
  const command = parent
    .command('pin')
    .description('Sets how many workers a pool has, whatever its load, until the time is over.')
    .argument('<pool>', 'its name')
    .argument('<n>', 'workers', integer(0, 1_000))
    .addOption(new Option('--for <duration>', 'how long: a week at most').argParser(parseSeconds).makeOptionMandatory())
    .action(
      run(async ({ scalerWithKey, call, printer }, pool: string, replicas: number, { for: forSeconds }: Options) => {
        const pin = await scalerWithKey.pin(pool, { replicas, forSeconds }, call);
        const until = formatRelative(pin.until, Date.now());
        printer.document(pin, () => `${printable(pool)} is pinned to ${pin.replicas}; its load counts again ${until}.`);
      }),
    );
  addExamples(command, 'dts scaler pin io 4 --for 10m', 'dts scaler pin cpu 0 --for 1h --json');
}

export function addUnpin(parent: Command, run: Run): void {
  const command = parent
    .command('unpin')
    .description('Lets the load of a pool count again.')
    .argument('<pool>', 'its name')
    .action(
      run(async ({ scalerWithKey, call, printer }, pool: string) => {
        await scalerWithKey.unpin(pool, call);
        printer.document({ pool, pin: null }, () => `The load of ${printable(pool)} counts.`);
      }),
    );
  addExamples(command, 'dts scaler unpin io', 'dts scaler unpin io --json');
}

function parseSeconds(text: string): number {
  const seconds = Math.ceil(parseDuration(text) / 1_000);
  if (seconds >= 1 && seconds <= WEEK_S) return seconds;
  throw new InvalidArgumentError('It must be from 1s to 7d.');
}
