import type { Command } from 'commander';
import { addExamples } from '../../help.js';
import { jobDetails } from '../../views/job.view.js';
import type { Run } from '../run.js';

export function addGet(parent: Command, run: Run): void {
  const command = parent
    .command('get')
    .summary('shows a job')
    .description('Shows a job: its state, attempts, payload and result.')
    .argument('<id>', 'the job')
    .action(
      run(async ({ client, call, printer }, id: string) => {
        const job = await client.get(id, call);
        printer.document(job, () => jobDetails(job, printer));
      }),
    );
  addExamples(command, 'dts get io_0198a2', 'dts get io_0198a2 --json');
}
