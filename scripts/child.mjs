import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { watchParent } from './parent.mjs';
import { root } from './paths.mjs';
import { Problem } from './problem.mjs';

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** The terminal tells its own process group only, of which a program in one of its own is none. */
const RESIZED = 'SIGWINCH';
/** npm passes on the Ctrl-C that the terminal has already sent to everyone: what comes this soon is the same key press. */
const SAME_PRESS_MS = 1000;
const KEPT_CHARACTERS = 20_000;

/**
 * Runs a program to its end, in a process group of its own so that a stop reaches it once, and only from here.
 * @param {string} command
 * @param {string[]} args
 * @param {{ env: NodeJS.ProcessEnv, cwd?: string, quiet?: boolean, ipc?: boolean }} options cwd: the root unless given; quiet: keep the output instead of showing it;
 *   ipc: open a channel, whose end tells the program that this process died.
 * @returns {Promise<{ code: number, stopped: boolean, output: string }>} stopped: it was told to stop.
 */
export function runChild(command, args, { env, cwd = root, quiet = false, ipc = false }) {
  const streams = quiet ? ['ignore', 'pipe', 'pipe'] : ['inherit', 'inherit', 'inherit'];
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ipc ? [...streams, 'ipc'] : streams });
  let output = '';
  const keep = (chunk) => {
    output = (output + chunk).slice(-KEPT_CHARACTERS);
  };
  child.stdout?.setEncoding('utf8').on('data', keep);
  child.stderr?.setEncoding('utf8').on('data', keep);
  const signals = forwardSignals(child);
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      signals.release();
      reject(new Problem(`Cannot run ${command}: ${error.message}`));
    });
    child.once('close', (code, signal) => {
      signals.release();
      resolve({ code: code ?? 128 + constants.signals[signal], stopped: signals.forwarded(), output });
    });
  });
}

function forwardSignals(child) {
  let last = Number.NEGATIVE_INFINITY;
  const forward = (signal) => {
    const now = performance.now();
    if (now - last < SAME_PRESS_MS) return;
    last = now;
    try {
      process.kill(-child.pid, signal);
    } catch {
      // It has ended by itself meanwhile.
    }
  };
  const passOn = (signal) => child.kill(signal);
  for (const signal of STOP_SIGNALS) process.on(signal, forward);
  process.on(RESIZED, passOn);
  const unwatch = watchParent(() => forward('SIGTERM'));
  return {
    forwarded: () => Number.isFinite(last),
    release: () => {
      unwatch();
      for (const signal of STOP_SIGNALS) process.off(signal, forward);
      process.off(RESIZED, passOn);
    },
  };
}
