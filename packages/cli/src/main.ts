#!/usr/bin/env node
import { runDts } from './dts.js';
import { onInterrupt } from './process/interrupted.js';

/** As a shell says it of a program whose reader went away, as `head` does. */
const BROKEN_PIPE = 141;

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(BROKEN_PIPE);
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
