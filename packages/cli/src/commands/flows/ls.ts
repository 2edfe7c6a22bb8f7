import type { FlowFilter } from '@dts/client';
import { type Command, Option } from 'commander';
import { addExamples } from '../../help.js';
import { showList, take } from '../../output/list.js';
import { flowColumns } from '../../views/flow.view.js';
import { allOption, type LimitOptions, limitOf, limitOption, pageSize, quietOption } from '../options.js';
import type { Run } from '../run.js';

interface Options extends LimitOptions {
  readonly state?: string;
  readonly tenant?: string;
  readonly quiet?: boolean;
}

export function addLs(group: Command, run: Run): void {
  const command = group
    .command('ls')
    .alias('list')
    .description('Lists flows, the newest first.')
    .addOption(new Option('--state <flow-states>', 'running, completed, failed, cancelled; several with commas'))
    .addOption(new Option('--tenant <tenant>', "this tenant's; needs ops:read"))
    .addOption(limitOption())
    .addOption(allOption())
    .addOption(quietOption())
    .action(
      run(async ({ client, call, printer }, { limit, all, quiet, state, tenant }: Options) => {
        const count = limitOf({ limit, all });
        // Which states there are is the gateway's to say.
        const filter = { tenant, state: state?.split(',') } as FlowFilter;
        const flows = await take(client.flows.list(filter, { ...call, limit: pageSize(count) }), count);
        if (quiet) for (const { id } of flows.items) printer.line(id, () => id);
        else showList(printer, flows, flowColumns(Date.now()), 'No such flows.');
      }),
    );
  addExamples(
    command,
    'dts flows ls',
    'dts flows ls --state running,failed',
    'dts flows ls --state running -q | xargs -n 1 dts flows cancel',
  );
}
