import type { JobOptions } from '@dts/client';
import { type Command, Option } from 'commander';
import { type Backoff, parseBackoff } from '../../values/backoff.js';
import { parseDuration } from '../../values/duration.js';
import { integer } from '../../values/number.js';
import { collect } from '../options.js';

/** What a job may say of itself, whoever submits it. */
export interface JobFlags extends Pick<JobOptions, 'priority' | 'attempts' | 'timeout' | 'orderingKey'> {
  readonly tag?: readonly string[];
  readonly backoff?: Backoff;
}

export function addJobOptions(command: Command): Command {
  return command
    .addOption(new Option('--priority <n>', '1 (highest, the default) to 10').argParser(integer(1, 10)))
    .addOption(new Option('--attempts <n>', "in all; the job type's unless given").argParser(integer(1)))
    .addOption(
      new Option(
        '--backoff <wait>',
        'before the second attempt, then doubling: 10s, 10s..5m for 5m at most, fixed:10s for the same',
      ).argParser(parseBackoff),
    )
    .addOption(new Option('--timeout <duration>', 'what one attempt may take').argParser(parseDuration))
    .addOption(new Option('--tag <tag>', 'may come several times').argParser(collect))
    .addOption(new Option('--ordering-key <key>', 'jobs with the same key run one at a time, first in, first out'));
}

export function toJobOptions({ priority, attempts, timeout, orderingKey, tag, backoff }: JobFlags): JobOptions {
  return { priority, attempts, timeout, orderingKey, tags: tag, backoff };
}
