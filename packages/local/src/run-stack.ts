import { resolve } from 'node:path';
import type { AppEntries } from './apps.js';
import { banner } from './banner.js';
import { openDataDir } from './data-dir.js';
import { parseEnv } from './env.js';
import { claimPort } from './ports.js';
import { Stack } from './stack.js';
import { StartError } from './start-error.js';
import { StopRequests } from './stop-requests.js';
import { Terminal } from './terminal.js';

const QUIET_LEVELS = ['warn', 'error', 'fatal', 'silent'];
const STOPPED_AT_ONCE = 130;

export interface RunOptions {
  readonly processEnv: NodeJS.ProcessEnv;
  /** What a relative DATA_DIR is relative to. */
  readonly root: string;
  readonly entries: AppEntries;
  readonly verbose: boolean;
}

/**
 * Runs the one-machine stack until it is told to stop.
 * @returns the exit code: 0 after a clean stop, 1 when it can't run, 130 when it was told not to wait for running jobs
 */
export async function runStack(options: RunOptions): Promise<number> {
  const { LOG_LEVEL } = options.processEnv;
  const terminal = new Terminal(options.verbose || (!!LOG_LEVEL && !QUIET_LEVELS.includes(LOG_LEVEL)));
  const stops = new StopRequests();
  try {
    return await run(options, terminal, stops);
  } catch (error) {
    terminal.complain(explain(error));
    return 1;
  }
}

async function run({ processEnv, root, entries }: RunOptions, terminal: Terminal, stops: StopRequests): Promise<number> {
  const env = parseEnv(processEnv);
  const port = await claimPort(env.HOST, env.PORT);
  const dataDir = openDataDir(resolve(root, env.DATA_DIR));
  try {
    const stack = new Stack({ env, processEnv, dataDir, port, entries, terminal });
    const failure: unknown = await untilEnd(stack, terminal, stops).catch((error: unknown) => error);
    if (failure) terminal.complain(explain(failure));
    const forced = await stop(stack, terminal, stops);
    if (failure) return 1;
    return forced ? STOPPED_AT_ONCE : 0;
  } finally {
    dataDir.release();
  }
}

async function untilEnd(stack: Stack, terminal: Terminal, stops: StopRequests): Promise<void> {
  const ended = Promise.race([stops.first, stack.failed]);
  const starting = stack.start();
  starting.catch(() => {}); // it may fail once nobody waits for it any more
  const facts = await Promise.race([starting, ended]);
  if (facts) {
    terminal.say(banner(facts));
    await ended;
  }
  terminal.say('\nDraining: waiting for running jobs, press Ctrl-C again to stop at once');
}

async function stop(stack: Stack, terminal: Terminal, stops: StopRequests): Promise<boolean> {
  let forced = false;
  const stopped = stack.stop();
  await Promise.race([
    stopped,
    stops.second.then(() => {
      forced = true;
      terminal.say('Stopping at once: jobs that were running start again with the next stack');
      stack.killApps();
    }),
  ]);
  await stopped;
  terminal.say('Stopped');
  return forced;
}

/** A defect of this program keeps its stack trace; what the machine refuses (a full disk) and what can be mended do not need one. */
function explain(error: unknown): string {
  if (error instanceof StartError) return error.message;
  if (!(error instanceof Error)) return String(error);
  return 'syscall' in error ? `The stack cannot run here: ${error.message}` : (error.stack ?? error.message);
}
