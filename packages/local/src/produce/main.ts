import { resolve } from 'node:path';
import { onInterrupt } from './interrupted.js';
import { runProduce } from './run-produce.js';

process.exitCode = await runProduce({
  argv: process.argv.slice(2),
  env: process.env,
  root: resolve(import.meta.dirname, '../../../..'),
  interrupted: onInterrupt(),
  out: process.stdout,
  err: process.stderr,
});
