import { Command, InvalidArgumentError, Option } from 'commander';

export interface Options {
  readonly count: number;
  readonly concurrency: number;
  readonly file?: string;
  readonly wait: boolean;
  readonly url: string;
  /** Whether somebody said so. */
  readonly urlIsGiven: boolean;
  readonly key?: string;
  /** Seconds. */
  readonly timeout: number;
}

const MEASURES = `
What is measured, without --file:
  submit      from sending a submission to its acknowledgement, repetitions included
  pick-up     from the acknowledgement to the arrival at the receiver
  completion  from sending the submission to the job's end, as finishedAt of GET /v1/jobs/{id} tells it;
              read once for each job, after the last arrival, so that reading does not slow the rest

A file has one JSON object a line: { "name", "payload", "idempotencyKey", "delay", "priority", ... }, as POST /v1/jobs
takes them. Without an idempotencyKey a line gets one from the file's name, its number and its text: submitting a file
again within 24 hours repeats nothing. Bad lines are reported by number, and the others submitted.

Where no gateway answers and none was named, but the running stack's Redis or the one of REDIS_URL does, one is run for this.
The API key is DTS_API_KEY, else the one of the running stack in $DATA_DIR/api-key.
Exit codes: 0 all well, 1 not, 130 interrupted.`;

/** The command line. Prints help and mistakes to the given streams and throws CommanderError then. */
export function parseOptions(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  output: { out: (text: string) => void; err: (text: string) => void },
): Options {
  const command = new Command('npm run produce --')
    .description('Submits jobs through the gateway, and checks that they arrive.')
    .addOption(new Option('--count <n>', 'jobs to submit').argParser(integer(1, 10_000_000)).default(1_000))
    .addOption(new Option('--concurrency <n>', 'submissions at once').argParser(integer(1, 10_000)).default(64))
    .addOption(new Option('--file <path>', 'submit the jobs of this file instead').conflicts('count'))
    .addOption(new Option('--wait', 'with --file: wait for the end of each job before taking another line').default(false))
    .addOption(new Option('--url <url>', 'the gateway (DTS_URL)').default(env.DTS_URL || 'http://127.0.0.1:3000'))
    .addOption(new Option('--key <key>', 'API key; better set DTS_API_KEY, other users see command lines'))
    .addOption(new Option('--timeout <seconds>', 'give up when nothing happens for so long').argParser(integer(1, 86_400)).default(120))
    .addHelpText('after', MEASURES)
    .allowExcessArguments(false)
    .configureOutput({ writeOut: output.out, writeErr: output.err })
    .exitOverride();
  const options = command.parse([...argv], { from: 'user' }).opts<Options>();
  return { ...options, urlIsGiven: Boolean(env.DTS_URL) || command.getOptionValueSource('url') === 'cli' };
}

function integer(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max)
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    return value;
  };
}
