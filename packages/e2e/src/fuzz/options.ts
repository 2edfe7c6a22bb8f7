import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

export interface FuzzOptions {
  /** Of every choice: the same one plays the same requests again, as far as the answers are the same. */
  readonly seed: number;
  /** In all, for the fuzzer. */
  readonly seconds: number;
}

const SECONDS = 60;
const LARGEST_SEED = 2 ** 32;

export const USAGE = `Usage: npm run test:fuzz [-- --seconds ${SECONDS}] [--seed N]

Calls every operation that the API describes, as it may be called and as it may not, one by one and in sequences, on a
gateway, a worker and a Redis of its own. Fails on a server error and on every answer that the description does not tell.
  --seconds   how long; more finds more
  --seed      repeats the choices of an earlier run`;

/**
 * Reads the command line.
 * @returns 'help' when that is what was asked for
 * @throws TypeError that names an unknown option, Error for a value that is none
 */
export function parseOptions(args: readonly string[]): FuzzOptions | 'help' {
  const options = { seed: { type: 'string' }, seconds: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const;
  const { values } = parseArgs({ args: [...args], options });
  if (values.help) return 'help';
  return {
    seed: values.seed === undefined ? randomInt(LARGEST_SEED) : toInt('seed', values.seed, LARGEST_SEED - 1),
    seconds: values.seconds === undefined ? SECONDS : toInt('seconds', values.seconds, 24 * 3_600),
  };
}

function toInt(name: string, text: string, largest: number): number {
  const value = Number(text);
  if (/^\d{1,10}$/.test(text) && value >= 1 && value <= largest) return value;
  throw new Error(`--${name} must be a whole number from 1 to ${largest}, not ${JSON.stringify(text)}.`);
}
