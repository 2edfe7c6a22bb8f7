import { Worker } from 'node:worker_threads';

/** Milliseconds: a handler's endless loop outlives its worker by no more than this. */
const LOOK_MS = 500;

const WATCH = `
  const parent = require('node:worker_threads').workerData;
  setInterval(() => process.ppid === parent || process.kill(process.pid, 'SIGKILL'), ${LOOK_MS});
`;

/**
 * Ends this process when its parent does, by whatever signal: at once by the channel that is gone then and, because a
 * loop that never ends hears nothing, by a thread that looks. What is sent to the whole group (Ctrl-C, a supervisor's
 * SIGTERM) is for the parent, which decides what becomes of the jobs here.
 */
export function dieWithParent(): void {
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  new Worker(WATCH, { eval: true, execArgv: [], workerData: process.ppid }).unref();
}
