import type { DeadLetterFilter } from '@dts/client';
import type { Command } from 'commander';
import { addExamples } from '../../help.js';
import { printIds, showList, take } from '../../output/list.js';
import { deadLetterColumns } from '../../views/dead-letter.view.js';
import { allOption, type LimitOptions, limitOf, limitOption, pageSize, quietOption } from '../options.js';
import type { Run } from '../run.js';
import { addFilterOptions, toFilter } from './filter.js';

type Options = DeadLetterFilter & LimitOptions & { readonly quiet?: boolean };

export function addLs(group: Command, run: Run): void {
  const command = addFilterOptions(
    group.command('ls').alias('list').description('Lists the jobs that ended without success and wait for a decision.'),
  )
    .addOption(limitOption())
    .addOption(allOption())
    .addOption(quietOption())
    .action(
      run(async ({ client, call, printer }, options: Options) => {
        const count = limitOf(options);
        const jobs = client.deadLetters.list(toFilter(options), { ...call, limit: pageSize(count) });
        if (options.quiet) await printIds(printer, jobs, count);
        else showList(printer, await take(jobs, count), deadLetterColumns(Date.now()), 'No dead letters.');
      }),
    );
  addExamples(
    command,
    'dts dead-letters ls',
    'dts dead-letters ls --queue io --reason http-status --since 2h',
    'dts dead-letters ls --all --json',
  );
}
