/**
 * Loaded into the worker under test beside its own code (`NODE_OPTIONS=--import`), and by that into its threads and
 * children: what a job's call is answered makes the very process, or thread, that runs the job misbehave. So no handler
 * needs to be made for it.
 */
import { subscribe } from 'node:diagnostics_channel';
import { CONDUCT_HEADER } from './conduct.js';

const EXIT_CODE = 7;
/** Elements of each array that is kept: 8 MB. */
const CHUNK = 1_000_000;

subscribe('undici:request:headers', (message) => {
  const { headers } = (message as { response: { headers: readonly Buffer[] } }).response;
  const at = headers.findIndex((text, index) => index % 2 === 0 && String(text).toLowerCase() === CONDUCT_HEADER);
  if (at >= 0) misbehave(String(headers[at + 1]));
});

function misbehave(conduct: string): void {
  if (conduct === 'kill') process.kill(process.pid, 'SIGKILL');
  else if (conduct === 'exit') process.exit(EXIT_CODE);
  else if (conduct === 'memory') useUpMemory();
  else block(Number(conduct.split(' ')[1]));
}

function useUpMemory(): never {
  const kept: number[][] = [];
  for (;;) kept.push(new Array<number>(CHUNK).fill(kept.length));
}

/** Of this thread, without using up the processor. */
function block(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
