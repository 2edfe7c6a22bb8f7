import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { type BatchJob, type BatchResult, SchedulerError, type SubmittedJob } from '@dts/client';
import type { Command } from 'commander';
import { exitCodeOf, exitCodeOfAll } from '../../failure/exit-code.js';
import { describeFailure, failureDocument } from '../../failure/report.js';
import { UsageError } from '../../failure/usage-error.js';
import { addExamples } from '../../help.js';
import { plain } from '../../output/palette.js';
import { type Line, readLines } from '../../payload/read-lines.js';
import { parseJson, STANDARD_INPUT } from '../../payload/read-text.js';
import type { Session } from '../../process/session.js';
import { formatCount } from '../../values/number.js';
import { jobLine } from '../../views/job.view.js';
import { isKey, quietOption } from '../options.js';
import type { Run } from '../run.js';

export function addBatch(parent: Command, run: Run): void {
  const command = parent
    .command('batch')
    .summary('submits many jobs')
    .description(
      'Submits any number of jobs, one of them a line, each as the API takes it: {"name": ..., "payload": ...}. Tells of each what became of it. ' +
        'The same line of the same file stays one job for 24 hours, so that a file can be submitted again; an idempotencyKey of its own says otherwise.',
    )
    .argument('<file>', 'a JSON object a line; - for standard input, whose lines have no keys but their own')
    .addOption(quietOption())
    .action(run((session, file: string, { quiet }: { readonly quiet?: boolean }) => new Submission(session, file, quiet).run()));
  addExamples(command, 'dts batch jobs.ndjson', 'dts batch jobs.ndjson --quiet', "jq -c '.jobs[]' batch.json | dts batch - --json");
}

class Submission {
  /** Numbers of the lines whose jobs are on their way, in their order. */
  readonly #lines: number[] = [];
  readonly #failures = new Set<number>();
  readonly #tally = { submitted: 0, before: 0, refused: 0 };

  constructor(
    private readonly session: Session,
    private readonly file: string,
    private readonly quiet = false,
  ) {}

  async run(): Promise<number> {
    const { client, call, printer } = this.session;
    for await (const result of client.submitStream(this.#jobs(), call)) this.#tell(this.#lines.shift() ?? 0, result);
    const { submitted, before, refused } = this.#tally;
    printer.note(`${formatCount(submitted)} submitted, ${formatCount(before)} submitted before, ${formatCount(refused)} refused.`);
    return exitCodeOfAll(this.#failures);
  }

  /** A line that is no job does not keep the others back. */
  async *#jobs(): AsyncGenerator<BatchJob, void, void> {
    for await (const line of readLines(this.file, this.session.world)) {
      const job = this.#read(line);
      if (job === undefined) continue;
      this.#lines.push(line.number);
      yield job;
    }
  }

  #read(line: Line): BatchJob | undefined {
    try {
      return toJob(line, this.file);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      this.#refuse(line.number, error);
      return undefined;
    }
  }

  #tell(line: number, { job, error }: BatchResult): void {
    if (error) this.#refuse(line, error);
    else this.#take(line, job);
  }

  #take(line: number, job: SubmittedJob): void {
    const { printer } = this.session;
    this.#tally[job.replayed ? 'before' : 'submitted']++;
    printer.line({ line, job }, () => (this.quiet ? job.id : jobLine(job, printer.paint)));
  }

  /** @throws what would befall every other line, too */
  #refuse(line: number, error: UsageError | SchedulerError): void {
    if (error instanceof SchedulerError && !isAboutTheJob(error)) throw error;
    const { printer } = this.session;
    this.#tally.refused++;
    this.#failures.add(exitCodeOf(error));
    if (printer.json) printer.line({ line, ...(failureDocument(error) as object) }, () => '');
    else printer.note(describeFailure(error, plain).replace(/^dts: /, `line ${line}: `));
  }
}

function isAboutTheJob({ status, isTransient }: SchedulerError): boolean {
  return status >= 400 && status !== 401 && status !== 403 && !isTransient;
}

/** What fits is the gateway's to say; here only that it can be sent. @throws UsageError */
function toJob({ number, text }: Line, file: string): BatchJob {
  const job = parseJson(text, 'It');
  if (typeof job !== 'object' || job === null || Array.isArray(job)) throw new UsageError('It is no JSON object.');
  const { idempotencyKey = keyOf(file, number, text) } = job as { readonly idempotencyKey?: unknown };
  if (idempotencyKey !== undefined && !isKey(idempotencyKey))
    throw new UsageError('Its idempotencyKey is not 1 to 255 visible ASCII characters.');
  return { ...job, idempotencyKey } as BatchJob;
}

/** Of standard input nothing tells whether it is the same as before. */
function keyOf(file: string, number: number, text: string): string | undefined {
  if (file === STANDARD_INPUT) return undefined;
  return `file-${createHash('sha256')
    .update(`${basename(file)}\0${number}\0${text.trim()}`)
    .digest('base64url')
    .slice(0, 32)}`;
}
