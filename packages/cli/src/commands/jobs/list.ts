import type { JobFilter } from '@dts/client';
import { type Command, Option } from 'commander';
import { addExamples } from '../../help.js';
import { printIds, showList, take } from '../../output/list.js';
import { jobColumns } from '../../views/job.view.js';
import { allOption, type LimitOptions, limitOf, limitOption, pageSize, quietOption } from '../options.js';
import type { Run } from '../run.js';

interface Options extends LimitOptions {
  readonly state?: string;
  readonly name?: string;
  readonly queue?: string;
  readonly tag?: string;
  readonly tenant?: string;
  readonly quiet?: boolean;
}

export function addList(parent: Command, run: Run): void {
  const command = parent
    .command('list')
    .summary('lists jobs')
    .alias('ls')
    .description('Lists jobs, the newest first.')
    .addOption(
      new Option(
        '--state <states>',
        'scheduled, waiting, active, waiting-children, completed, dead, cancelled, expired; several with commas',
      ),
    )
    .addOption(new Option('--name <job-type>', 'of this job type'))
    .addOption(new Option('--queue <queue>', 'in this queue'))
    .addOption(new Option('--tag <tag>', 'with this tag'))
    .addOption(new Option('--tenant <tenant>', "this tenant's; needs ops:read"))
    .addOption(limitOption())
    .addOption(allOption())
    .addOption(quietOption())
    .action(
      run(async ({ client, call, printer }, { limit, all, quiet, state, ...filter }: Options) => {
        const count = limitOf({ limit, all });
        // Which names and states there are is the gateway's to say.
        const jobs = client.list({ ...filter, state: state?.split(',') } as JobFilter, { ...call, limit: pageSize(count) });
        if (quiet) await printIds(printer, jobs, count);
        else showList(printer, await take(jobs, count), jobColumns(), 'No such jobs.');
      }),
    );
  addExamples(
    command,
    'dts list',
    'dts list --state dead,expired --queue io --limit 200',
    'dts list --tag invoice --json',
    'dts list --state dead -q | xargs dts retry',
  );
}
