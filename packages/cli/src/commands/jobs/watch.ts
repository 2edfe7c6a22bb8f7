import type { Job, JobEvent } from '@dts/client';
import type { Command } from 'commander';
import { EXIT, type ExitCode } from '../../failure/exit-code.js';
import { addExamples } from '../../help.js';
import type { Palette } from '../../output/palette.js';
import { printable, toJson } from '../../output/printable.js';
import { ProgressBar } from '../../output/progress-bar.js';
import type { Session } from '../../process/session.js';
import { paintState } from '../../views/job.view.js';
import type { Run } from '../run.js';

export function addWatch(parent: Command, run: Run): void {
  const command = parent
    .command('watch')
    .summary('follows a job live')
    .description('Follows a job live: its states, progress and log. Ends with it: 0 when it completed, 1 when not.')
    .argument('<id>', 'the job')
    .action(run(watch));
  addExamples(command, 'dts watch io_0198a2', 'dts watch io_0198a2 --json');
}

async function watch({ client, call, printer, world }: Session, id: string): Promise<ExitCode> {
  let state: Job['state'] | undefined;
  const isLive = world.err.isTTY && !printer.json;
  using bar = new ProgressBar(world.err, !isLive);
  for await (const event of client.events(id, call)) {
    if (event.type === 'state') state = event.state;
    const percent = event.type === 'progress' ? percentOf(event.progress) : undefined;
    if (isLive && percent !== undefined) bar.update({ value: percent, total: 100, text: printable(id) });
    else {
      bar.clear();
      printer.line(event, () => eventLine(event, printer.paint));
    }
  }
  return state === 'completed' ? EXIT.ok : EXIT.unsuccessful;
}

function eventLine(event: JobEvent, paint: Palette): string {
  if (event.type === 'log') return `           ${printable(event.text)}`;
  const time = paint('dim', `${printable(event.at.slice(11, 19))}Z`);
  if (event.type === 'progress') return `${time}  progress ${printable(toJson(event.progress))}`;
  const attempts =
    event.attemptsMade > 0 ? paint('dim', ` after ${event.attemptsMade} ${event.attemptsMade === 1 ? 'attempt' : 'attempts'}`) : '';
  const error = event.error ? `  ${printable(`${event.error.code}: ${event.error.message}`)}` : '';
  return `${time}  ${paintState(event.state, paint)}${attempts}${error}`;
}

/** What handlers usually say, if this is it: 0 to 100, or an object with such a `percent`. */
function percentOf(progress: unknown): number | undefined {
  const value = typeof progress === 'object' && progress !== null && 'percent' in progress ? progress.percent : progress;
  return typeof value === 'number' && value >= 0 && value <= 100 ? value : undefined;
}
