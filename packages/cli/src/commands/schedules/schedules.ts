import type { Schedule } from '@dts/client';
import { type Command, Option } from 'commander';
import { EXIT } from '../../failure/exit-code.js';
import { UsageError } from '../../failure/usage-error.js';
import { addExamples } from '../../help.js';
import { showList, take } from '../../output/list.js';
import { printable } from '../../output/printable.js';
import type { Session } from '../../process/session.js';
import { jobLine } from '../../views/job.view.js';
import { scheduleColumns, scheduleDetails } from '../../views/schedule.view.js';
import { allOption, type LimitOptions, limitOf, limitOption, quietOption } from '../options.js';
import type { Run } from '../run.js';
import { addPut } from './put.js';

export function addSchedules(parent: Command, run: Run): void {
  const group = parent
    .command('schedules')
    .helpCommand(false)
    .summary('runs jobs again and again')
    .description('Runs jobs again and again: by a cron pattern, or every so often.');
  addLs(group, run);
  addVerb(group, run, 'get', 'Shows a schedule with its next five runs.', ({ client, call }, id) => client.schedules.get(id, call));
  addPut(group, run);
  addDelete(group, run);
  addVerb(group, run, 'pause', 'Starts no run until it is resumed.', ({ client, call }, id) => client.schedules.pause(id, call));
  addVerb(group, run, 'resume', 'Starts its runs again, from the next one on.', ({ client, call }, id) =>
    client.schedules.resume(id, call),
  );
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
    .addOption(limitOption())
    .addOption(allOption())
    .addOption(quietOption())
    .action(
      run(async ({ client, call, printer }, options: LimitOptions & { readonly quiet?: boolean }) => {
        const shown = await take(client.schedules.list(call), limitOf(options));
        if (options.quiet) for (const { id } of shown.items) printer.line(id, () => id);
        else showList(printer, shown, scheduleColumns(Date.now()), 'There are no schedules.');
      }),
    );
  addExamples(command, 'dts schedules ls', 'dts schedules ls --json');
}

function addVerb(
  group: Command,
  run: Run,
  verb: string,
  description: string,
  ask: (session: Session, id: string) => Promise<Schedule>,
): void {
  const command = group
    .command(verb)
    .description(description)
    .argument('<schedule>', 'its id')
    .action(
      run(async (session, id: string) => {
        const schedule = await ask(session, id);
        session.printer.document(schedule, () => scheduleDetails(schedule, session.printer.paint));
      }),
    );
  addExamples(command, `dts schedules ${verb} nightly`, `dts schedules ${verb} nightly --json`);
}

function addDelete(group: Command, run: Run): void {
  const command = group
    .command('delete')
    .description('Removes a schedule; runs that have been submitted go on.')
    .argument('<schedule>', 'its id')
    .action(
      run(async ({ client, call, printer }, id: string) => {
        const deleted = await client.schedules.delete(id, call);
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
    .addOption(new Option('--idempotency-key <key>', 'triggers with the same key make one run, for 24 hours'))
    .action(
      run(async ({ client, call, printer }, id: string, { idempotencyKey }: { readonly idempotencyKey?: string }) => {
        const job = await client.schedules.trigger(id, { ...call, idempotencyKey });
        printer.document(job, () => jobLine(job, printer.paint));
      }),
    );
  addExamples(command, 'dts schedules trigger nightly', 'dts schedules trigger nightly --json');
}
