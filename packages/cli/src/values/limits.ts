import { InvalidArgumentError } from 'commander';
import { formatDuration, parseDuration } from './duration.js';
import { formatCount } from './number.js';

/** So many in so many milliseconds. */
export interface Rate {
  readonly max: number;
  readonly per: number;
}

/** Takes a limit away. A word, since Commander takes null for an option without a value. */
export type None = 'none';

/** `none`, or a whole number of 1 or more. @throws InvalidArgumentError */
export function parseConcurrency(text: string): number | None {
  if (text === 'none') return text;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a whole number of 1 or more, or none.');
}

/** `none`, or a rate such as `100/s`, `5/1m` or `1000/10s`. @throws InvalidArgumentError */
export function parseRate(text: string): Rate | None {
  if (text === 'none') return text;
  const [, max, per] = /^([1-9]\d{0,8})\/(.+)$/.exec(text) ?? [];
  if (max === undefined || per === undefined) throw new InvalidArgumentError('Give a rate such as 100/s, 5/1m or 1000/10s, or none.');
  return { max: Number(max), per: parseDuration(/^\d/.test(per) ? per : `1${per}`) };
}

export function formatRateLimit(rate: Rate | null): string {
  return rate ? `${formatCount(rate.max)} per ${formatDuration(rate.per)}` : 'none';
}

/** `queue=value` pairs into a record, over what was there. @throws InvalidArgumentError */
export function collectPerQueue<Value>(parse: (text: string) => Value) {
  return (pair: string, before: Readonly<Record<string, Value>> = {}): Record<string, Value> => {
    const [, queue, text] = /^([^=]+)=(.+)$/.exec(pair) ?? [];
    if (queue === undefined || text === undefined) throw new InvalidArgumentError('Say for which queue, such as io=100.');
    return { ...before, [queue]: parse(text) };
  };
}
