import type { Command } from 'commander';
import { addExamples } from '../../help.js';
import { printable } from '../../output/printable.js';
import type { Run } from '../run.js';

export function addLogs(parent: Command, run: Run): void {
  const command = parent
    .command('logs')
    .summary('prints what a job has written')
    .description('Prints what a job has written, the oldest line first; `dts watch` follows it.')
    .argument('<id>', 'the job')
    .action(
      run(async ({ client, call, printer }, id: string) => {
        for await (const line of client.logs(id, call)) printer.line(line, () => printable(line.text));
      }),
    );
  addExamples(command, 'dts logs io_0198a2', 'dts logs io_0198a2 --json');
}
