import type { Operation, OperationFilter } from '@dts/client';
import { type Command, Option } from 'commander';
import { addExamples } from '../../help.js';
import { showList, take } from '../../output/list.js';
import type { Session } from '../../process/session.js';
import { operationColumns, operationDetails } from '../../views/operation.view.js';
import { allOption, type LimitOptions, limitOf, limitOption, pageSize } from '../options.js';
import type { Run } from '../run.js';
import { follow } from './follow.js';

export function addOperations(parent: Command, run: Run): void {
  const group = parent
    .command('operations')
    .helpCommand(false)
    .summary('follows redrives and purges')
    .description('Shows redrives and purges, which gateways carry out, and cancels them.');
  addLs(group, run);
  addVerb(group, run, 'get', 'Shows an operation.', ({ client, call }, id) => client.operations.get(id, call));
  addVerb(group, run, 'cancel', 'Ends an operation early; what it has done stays done.', ({ client, call }, id) =>
    client.operations.cancel(id, call),
  );
  addWatch(group, run);
  addExamples(group, 'dts operations ls', 'dts operations watch op_0198a2');
}

function addLs(group: Command, run: Run): void {
  const command = group
    .command('ls')
    .alias('list')
    .description('Lists operations, the newest first.')
    .addOption(new Option('--tenant <tenant>', "this tenant's; needs ops:read"))
    .addOption(limitOption())
    .addOption(allOption())
    .action(
      run(async ({ client, call, printer }, { limit, all, ...filter }: LimitOptions & OperationFilter) => {
        const count = limitOf({ limit, all });
        const operations = client.operations.list(filter, { ...call, limit: pageSize(count) });
        showList(printer, await take(operations, count), operationColumns(Date.now()), 'There were no operations.');
      }),
    );
  addExamples(command, 'dts operations ls', 'dts operations ls --json');
}

function addVerb(
  group: Command,
  run: Run,
  verb: string,
  description: string,
  ask: (session: Session, id: string) => Promise<Operation>,
): void {
  const command = group
    .command(verb)
    .description(description)
    .argument('<id>', 'the operation')
    .action(
      run(async (session, id: string) => {
        const operation = await ask(session, id);
        session.printer.document(operation, () => operationDetails(operation, session.printer.paint));
      }),
    );
  addExamples(command, `dts operations ${verb} op_0198a2`, `dts operations ${verb} op_0198a2 --json`);
}

function addWatch(group: Command, run: Run): void {
  const command = group
    .command('watch')
    .description('Follows an operation to its end: 0 when it completed and nothing failed.')
    .argument('<id>', 'the operation')
    .action(run((session, id: string) => follow(session, id)));
  addExamples(command, 'dts operations watch op_0198a2', 'dts operations watch op_0198a2 --json');
}
