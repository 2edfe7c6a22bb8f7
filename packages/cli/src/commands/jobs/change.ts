import type { Job, SchedulerClient } from '@dts/client';
import { SchedulerError } from '@dts/client';
import type { Command } from 'commander';
import { exitCodeOf, exitCodeOfAll } from '../../failure/exit-code.js';
import { failureDocument } from '../../failure/report.js';
import { addExamples } from '../../help.js';
import { printable } from '../../output/printable.js';
import type { Session } from '../../process/session.js';
import { jobLine } from '../../views/job.view.js';
import type { Run } from '../run.js';

type Change = (client: SchedulerClient, id: string, call: Session['call']) => Promise<Job>;

export function addCancel(parent: Command, run: Run): void {
  const command = parent
    .command('cancel')
    .summary('cancels jobs')
    .description('Cancels jobs: one that has not started never does, one that runs is told to stop.');
  addChange(command, run, (client, id, call) => client.cancel(id, call));
}

export function addRetry(parent: Command, run: Run): void {
  const command = parent
    .command('retry')
    .summary('lets finished jobs run again')
    .description('Lets dead, cancelled or expired jobs wait again, with all their attempts.');
  addChange(command, run, (client, id, call) => client.retry(id, call));
}

export function addPromote(parent: Command, run: Run): void {
  const command = parent.command('promote').summary('lets scheduled jobs run now').description('Lets scheduled jobs run now.');
  addChange(command, run, (client, id, call) => client.promote(id, call));
}

function addChange(command: Command, run: Run, change: Change): void {
  command.argument('<id...>', 'the jobs').action(run((session, ids: string[]) => changeAll(session, ids, change)));
  addExamples(command, `dts ${command.name()} io_0198a2`, `dts ${command.name()} io_0198a2 io_0198a3 --json`);
}

/** Each for itself: what befalls one does not touch the others. */
async function changeAll({ client, call, printer }: Session, ids: readonly string[], change: Change): Promise<number> {
  const failures = new Set<number>();
  for (const id of ids) {
    try {
      const job = await change(client, id, call);
      printer.line(job, () => jobLine(job, printer.paint));
    } catch (error) {
      if (!(error instanceof SchedulerError) || ids.length === 1) throw error;
      printer.line(
        { id, ...(failureDocument(error) as object) },
        () => `${printable(id)}  ${printer.paint('red', printable(error.detail))}`,
      );
      failures.add(exitCodeOf(error));
    }
  }
  return exitCodeOfAll(failures);
}
