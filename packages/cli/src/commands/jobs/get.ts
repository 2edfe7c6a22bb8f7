import { type Command, Option } from 'commander';
import type { ExitCode } from '../../failure/exit-code.js';
import { addExamples } from '../../help.js';
import type { Session } from '../../process/session.js';
import { jobDetails } from '../../views/job.view.js';
import type { Run } from '../run.js';
import { waitForJob, waitTimeoutOption } from './wait.js';

interface Options {
  readonly wait?: boolean;
  readonly waitTimeout: number;
}

export function addGet(parent: Command, run: Run): void {
  const command = parent
    .command('get')
    .summary('shows a job')
    .description('Shows a job: its state, attempts, payload and result.')
    .argument('<id>', 'the job')
    .addOption(new Option('-w, --wait', 'wait for its end; 1 unless it completed'))
    .addOption(waitTimeoutOption())
    .action(run(get));
  addExamples(command, 'dts get io_0198a2', 'dts get io_0198a2 --json', 'dts get io_0198a2 --wait');
}

async function get(session: Session, id: string, { wait, waitTimeout }: Options): Promise<ExitCode | undefined> {
  if (wait) return waitForJob(session, id, { timeoutMs: waitTimeout });
  const { client, call, printer } = session;
  const job = await client.get(id, call);
  return printer.document(job, () => jobDetails(job, printer));
}
