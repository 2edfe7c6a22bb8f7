import type { Schedule, ScheduleCallOptions, SchedulerClient } from '@dts/client';
import type { Command } from 'commander';
import { EXIT } from '../../failure/exit-code.js';
import { UsageError } from '../../failure/usage-error.js';
import { addExamples } from '../../help.js';
import { printIds, showList, take } from '../../output/list.js';
import { printable } from '../../output/printable.js';
import { jobLine } from '../../views/job.view.js';
import { scheduleColumns, scheduleDetails } from '../../views/schedule.view.js';
import { allOption, keyOption, type LimitOptions, limitOf, limitOption, pageSize, quietOption } from '../options.js';
import type { Run } from '../run.js';
import { addPut } from './put.js';
import { tenantOption, type Whose } from './whose.js';

export function addSchedules(parent: Command, run: Run): void {
  const group = parent
    .command('schedules')
    .helpCommand(false)
    .summary('runs jobs again and again')
    .description('Runs jobs again and again: by a cron pattern, or every so often.');
  addLs(group, run);
  addVerb(group, run, 'get', 'Shows a schedule with its next five runs.', ({ schedules }, id, call) => schedules.get(id, call));
  addPut(group, run);
  addDelete(group, run);
  addVerb(group, run, 'pause', 'Starts no run until it is resumed.', ({ schedules }, id, call) => schedules.pause(id, call));
  addVerb(group, run, 'resume', 'Starts its runs again, from the next one on.', ({ schedules }, id, call) => schedules.resume(id, call));
  addTrigger(group, run);
  addExamples(
    group,
    'dts schedules ls',
    'dts schedules put nightly --cron "30 2 * * *" --job http.request url=https://billing.internal/close',
  );
}

function addLs(group: Command, run: Run): void {
  const command = group
    .command('ls')
    .alias('list')
    .description('Lists schedules in the order of their ids.')
    .addOption(tenantOption())
    .addOption(limitOption())
    .addOption(allOption())
    .addOption(quietOption())
    .action(
      run(async ({ client, call, printer }, options: LimitOptions & Whose & { readonly quiet?: boolean }) => {
        const count = limitOf(options);
        const schedules = client.schedules.list({ ...call, tenant: options.tenant, limit: pageSize(count) });
        if (options.quiet) await printIds(printer, schedules, count);
        else showList(printer, await take(schedules, count), scheduleColumns(Date.now()), 'There are no schedules.');
      }),
    );
  addExamples(command, 'dts schedules ls', 'dts schedules ls --json');
}

function addVerb(
  group: Command,
  run: Run,
  verb: string,
  description: string,
  ask: (client: SchedulerClient, id: string, call: ScheduleCallOptions) => Promise<Schedule>,
): void {
  const command = group
    .command(verb)
    .description(description)
    .argument('<schedule>', 'its id')
    .addOption(tenantOption())
    .action(
      run(async ({ client, call, printer }, id: string, { tenant }: Whose) => {
        const schedule = await ask(client, id, { ...call, tenant });
        printer.document(schedule, () => scheduleDetails(schedule, printer.paint));
      }),
    );
  addExamples(command, `dts schedules ${verb} nightly`, `dts schedules ${verb} nightly --json`);
}

function addDelete(group: Command, run: Run): void {
  const command = group
    .command('delete')
    .description('Removes a schedule; runs that have been submitted go on.')
    .argument('<schedule>', 'its id')
    .addOption(tenantOption())
    .action(
      run(async ({ client, call, printer }, id: string, { tenant }: Whose) => {
        const deleted = await client.schedules.delete(id, { ...call, tenant });
        if (!deleted) throw new UsageError(`There is no schedule "${id}".`, EXIT.notFound);
        printer.document({ id, deleted }, () => `${printable(id)} is deleted.`);
      }),
    );
  addExamples(command, 'dts schedules delete nightly');
}

function addTrigger(group: Command, run: Run): void {
  const command = group
    .command('trigger')
    .description('Runs a schedule now, whatever its rhythm.')
    .argument('<schedule>', 'its id')
    .addOption(tenantOption())
    .addOption(keyOption('triggers with the same key make one run, for 24 hours'))
    .action(
      run(async ({ client, call, printer }, id: string, options: Whose & { readonly idempotencyKey?: string }) => {
        const { tenant, idempotencyKey } = options;
        const job = await client.schedules.trigger(id, { ...call, tenant, idempotencyKey });
        printer.document(job, () => jobLine(job, printer.paint));
      }),
    );
  addExamples(command, 'dts schedules trigger nightly', 'dts schedules trigger nightly --json');
}
