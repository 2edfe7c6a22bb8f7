import type { DeadLetterFilter } from '@dts/client';
import { type Command, Option } from 'commander';
import { parsePast } from '../../values/instant.js';

/** What every command on dead letters takes; which queues and names there are is the gateway's to say. */
export function addFilterOptions(command: Command): Command {
  return command
    .addOption(new Option('--queue <queue>', 'in this queue'))
    .addOption(new Option('--name <job-type>', 'of this job type'))
    .addOption(new Option('--reason <code>', 'which failed with this code'))
    .addOption(new Option('--tag <tag>', 'with this tag'))
    .addOption(new Option('--since <time>', 'which died then or later: RFC 3339, or how long ago').argParser((text) => parsePast(text)))
    .addOption(new Option('--until <time>', 'which died before: RFC 3339, or how long ago').argParser((text) => parsePast(text)))
    .addOption(new Option('--tenant <tenant>', "this tenant's; needs an ops: scope"));
}

/** Keeps of a command's options what narrows. */
export function toFilter({ queue, name, reason, tag, since, until, tenant }: DeadLetterFilter): DeadLetterFilter {
  return { queue, name, reason, tag, since, until, tenant };
}
