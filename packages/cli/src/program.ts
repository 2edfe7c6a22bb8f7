import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { addGroups } from './commands/groups.js';
import type { Run } from './commands/run.js';
import { UsageError } from './failure/usage-error.js';
import { addExamples, ENVIRONMENT, EXIT_CODES } from './help.js';
import { paletteFor } from './output/palette.js';
import type { World } from './process/world.js';

/** The package's own, which lies beside what is built. */
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { readonly version: string };

/** What has to be known before the command line is read. */
export interface Flags {
  /** Mistakes are left to whoever catches them. */
  readonly json: boolean;
  readonly color: boolean;
}

/** The whole command line. Prints help and mistakes, and throws CommanderError then. */
export function createProgram({ out, err, env }: Pick<World, 'out' | 'err' | 'env'>, run: Run, { json, color }: Flags): Command {
  const bold = paletteFor(out, env, color);
  const program = new Command('dts')
    .description('Submits jobs to a Distributed Task Scheduler, watches them, and operates it.')
    .version(version)
    .addOption(new Option('--json', 'print JSON: one document, or one line for each thing of a stream'))
    .addOption(new Option('--url <url>', 'the gateway (DTS_URL)'))
    .addOption(new Option('--api-key-file <path>', 'read the API key from this file'))
    .addOption(new Option('--no-color', 'no colours (NO_COLOR)'))
    .addOption(new Option('--api-key <key>').hideHelp().argParser(refuseKey))
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true, styleTitle: (title) => bold('bold', title) })
    .configureOutput({
      writeOut: (text) => out.write(text),
      writeErr: (text) => json || err.write(text), // with --json the failure is told as JSON
      outputError: (text, write) => write(text.replace(/^error: /, 'dts: ')),
    })
    .showHelpAfterError('(--help shows how)')
    .exitOverride();
  addGroups(program, run);
  addExamples(
    program,
    'dts submit http.request url=https://billing.internal/hooks method=GET --wait',
    'dts list --state dead --queue io',
    'dts top',
  );
  return program.addHelpText('after', `${ENVIRONMENT}\n${EXIT_CODES}`);
}

/** Whoever tries it is told why not; what they gave is repeated nowhere. */
function refuseKey(): never {
  throw new UsageError('A key is no option, because other users can read command lines: set DTS_API_KEY, or give --api-key-file.');
}
