import { Option } from 'commander';
import { EXIT, type ExitCode } from '../../failure/exit-code.js';
import type { Session } from '../../process/session.js';
import { parseDuration } from '../../values/duration.js';
import { jobDetails } from '../../views/job.view.js';

export const waitTimeoutOption = () => new Option('--wait-timeout <duration>', 'how long').argParser(parseDuration).default(300_000, '5m');

/** Waits for the end of a job, and shows it. */
export async function waitForJob(
  { client, call, printer }: Session,
  id: string,
  { timeoutMs, quiet }: { readonly timeoutMs: number; readonly quiet?: boolean },
): Promise<ExitCode> {
  const job = await client.waitFor(id, { ...call, timeoutMs });
  printer.document(job, () => (quiet ? job.id : jobDetails(job, printer)));
  return job.state === 'completed' ? EXIT.ok : EXIT.unsuccessful;
}
