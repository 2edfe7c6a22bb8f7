import { setTimeout as delay } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { UsageError } from '../failure/usage-error.js';
import { addExamples } from '../help.js';
import type { Session } from '../process/session.js';
import { frame } from '../top/frame.js';
import { History } from '../top/history.js';
import { showLive } from '../top/live.js';
import { read } from '../top/reading.js';
import { durationFrom } from '../values/duration.js';
import type { Run } from './run.js';

/** Milliseconds between two looks: a timer that is set to more than 24 days goes off at once. */
const INTERVAL = durationFrom(100, 3_600_000);

interface Options {
  readonly once?: boolean;
  readonly interval: number;
}

export function addTop(parent: Command, run: Run): void {
  const command = parent
    .command('top')
    .summary('shows queues and workers live')
    .description('Shows queues and workers live, over the whole terminal: q quits, space pauses, up and down scroll the workers.')
    .addOption(new Option('--once', 'print one picture and end, for pipes'))
    .addOption(new Option('--interval <duration>', 'between two looks').argParser(INTERVAL).default(2_000, '2s'))
    .action(
      run(async (session, { once, interval: intervalMs }: Options) => {
        if (once) return showOnce(session, intervalMs);
        if (session.json) return showStream(session, intervalMs);
        if (!session.world.out.isTTY)
          throw new UsageError('There is no terminal to show it on: --once prints one picture, --json a line for each look.');
        await showLive(session, intervalMs);
      }),
    );
  addExamples(command, 'dts top', 'dts top --interval 500ms', 'dts top --once', 'dts top --json');
}

async function showOnce({ client, call, printer, url, world }: Session, intervalMs: number): Promise<undefined> {
  const reading = await read(client, call);
  const columns = world.out.columns || Number(world.env.COLUMNS) || 100;
  const view = { ...reading, url, history: new History(), intervalMs, isPaused: false, scrolled: 0 };
  return printer.document(reading, () => frame(view, { paint: printer.paint, columns, rows: Number.POSITIVE_INFINITY }).join('\n'));
}

/** A line of JSON for each look. */
async function showStream({ client, call, printer, signal }: Session, intervalMs: number): Promise<undefined> {
  for (;;) {
    const reading = await read(client, call);
    printer.line(reading, () => '');
    await delay(intervalMs, undefined, { signal });
  }
}
