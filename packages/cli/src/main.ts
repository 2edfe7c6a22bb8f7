#!/usr/bin/env node
import { runDts } from './dts.js';
import { EXIT } from './failure/exit-code.js';
import { onInterrupt } from './process/interrupted.js';

/** As a shell says it of a program whose reader went away, as `head` does. */
const BROKEN_PIPE = 141;

process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  if (code === 'EPIPE') process.exit(BROKEN_PIPE);
  process.stderr.write(`dts: what it has to say can't be written: ${message}\n`);
  process.exit(EXIT.unsuccessful);
});
process.stderr.on('error', () => {}); // whoever listened is gone

process.exitCode = await runDts(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  in: process.stdin,
  out: process.stdout,
  err: process.stderr,
  interrupted: onInterrupt(),
});
