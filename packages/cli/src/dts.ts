import { type Command, CommanderError } from 'commander';
import type { Body, Run } from './commands/run.js';
import { complete } from './completion/complete.js';
import { EXIT, exitCodeOf } from './failure/exit-code.js';
import { describeFailure, failureDocument } from './failure/report.js';
import { paletteFor } from './output/palette.js';
import { toJson } from './output/printable.js';
import { Interrupted } from './process/interrupted.js';
import { type GlobalOptions, Session } from './process/session.js';
import type { World } from './process/world.js';
import { createProgram, type Flags } from './program.js';

/** Runs one command line. @returns the exit code; everything that goes wrong has been told by then */
export async function runDts(argv: readonly string[], world: World): Promise<number> {
  let exitCode: number = EXIT.ok;
  const run: Run =
    <Args extends unknown[]>(body: Body<Args>) =>
    async (...given: [...args: Args, command: Command]) => {
      const command = given.at(-1) as Command;
      const session = new Session(world, command.optsWithGlobals<GlobalOptions>());
      exitCode = (await body(session, ...(given.slice(0, -1) as Args))) ?? EXIT.ok;
    };
  const flags = { json: argv.includes('--json'), color: !argv.includes('--no-color') };
  const program = createProgram(world, run, flags);
  try {
    if (argv[0] === 'complete' && argv[1] === '--') await complete(program, argv.slice(2), world);
    else await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (thrown) {
    const error: unknown = world.interrupted.aborted ? world.interrupted.reason : thrown;
    tell(error, flags, world);
    return exitCodeOf(error);
  }
}

function tell(error: unknown, { json, color }: Flags, { err, env }: World): void {
  if (error instanceof Interrupted) return; // whoever pressed Ctrl-C knows
  if (error instanceof CommanderError && (error.exitCode === 0 || !json)) return; // Commander has said it
  err.write(json ? `${toJson(failureDocument(error))}\n` : describeFailure(error, paletteFor(err, env, color)));
}
