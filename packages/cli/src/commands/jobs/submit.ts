import { type Command, Option } from 'commander';
import type { ExitCode } from '../../failure/exit-code.js';
import { addExamples } from '../../help.js';
import { readPayload } from '../../payload/read-payload.js';
import type { Session } from '../../process/session.js';
import { parseDuration } from '../../values/duration.js';
import { parseFuture } from '../../values/instant.js';
import { jobLine } from '../../views/job.view.js';
import { keyOption, quietOption } from '../options.js';
import type { Run } from '../run.js';
import { addJobOptions, type JobFlags, toJobOptions } from './job-options.js';
import { waitForJob, waitTimeoutOption } from './wait.js';

interface Options extends JobFlags {
  readonly payload?: string;
  readonly delay?: number;
  readonly runAt?: string;
  readonly startBy?: string;
  readonly idempotencyKey?: string;
  readonly wait?: boolean;
  readonly waitTimeout: number;
  readonly quiet?: boolean;
}

export function addSubmit(parent: Command, run: Run): void {
  const command = parent
    .command('submit')
    .summary('submits a job')
    .description('Submits a job; `dts job-types` lists what there is. 0 means that it is stored durably, with --wait that it completed.')
    .argument('<job-type>', 'its name')
    .argument('[key=value...]', "fields of the payload, each read as the job type's schema says; key.inner=value reaches into objects")
    .addOption(new Option('--payload <json>', "the payload: '{...}', @file, or - for standard input"))
    .addOption(new Option('--delay <duration>', 'no start before this has passed').argParser(parseDuration).conflicts('runAt'))
    .addOption(new Option('--run-at <time>', 'no start before: RFC 3339, or how long from now').argParser((text) => parseFuture(text)))
    .addOption(new Option('--start-by <time>', 'no attempt starts later: the job expires instead').argParser((text) => parseFuture(text)))
    .addOption(keyOption('submissions with the same key make one job, for 24 hours; give times in full then: they must be the same'));
  addJobOptions(command)
    .addOption(new Option('-w, --wait', 'wait for its end, and show it; 1 unless it completed'))
    .addOption(waitTimeoutOption())
    .addOption(quietOption())
    .action(run(submit));
  addExamples(
    command,
    'dts submit http.request url=https://billing.internal/hooks method=POST json.invoice=INV-1042',
    'dts submit email.send to=ada@example.com to=bob@example.com subject=Invoice text=Attached --delay 10m',
    'dts submit http.request --payload \'{"url":"https://billing.internal/close"}\' --idempotency-key close-1042 --wait',
    'dts submit image.thumbnail --payload @thumbnail.json width=200',
    'echo \'{"url":"https://billing.internal"}\' | dts submit http.request --payload - --json',
  );
}

async function submit(session: Session, name: string, pairs: string[], options: Options): Promise<ExitCode | undefined> {
  const { client, call, printer } = session;
  const payload = await readPayload(session, name, { payload: options.payload, pairs });
  const { delay, runAt, startBy, idempotencyKey } = options;
  // The compiler knows the job types of this build; the gateway knows its own, and refuses others.
  const job = await client.submit(name as Parameters<typeof client.submit>[0], payload, {
    ...toJobOptions(options),
    ...{ delay, runAt, startBy, idempotencyKey },
    ...call,
  });
  if (options.wait) {
    printer.note(`${printer.paint('dim', job.replayed ? 'Submitted before:' : 'Submitted:')} ${jobLine(job, printer.paint)}`);
    return waitForJob(session, job.id, { timeoutMs: options.waitTimeout, quiet: options.quiet });
  }
  printer.document(job, () => (options.quiet ? job.id : jobLine(job, printer.paint)));
  if (job.replayed) printer.note('Submitted before with this key: this is the job of then.');
  return undefined;
}
