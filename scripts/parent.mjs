import { env } from 'node:process';

const LOOK_EVERY_MS = 500;
const parent = process.ppid;

/**
 * Calls back when the npm that started this process is gone: SIGHUP and SIGKILL end it without a word to its child. Only
 * npm is watched, since a shell may end and leave its background jobs on purpose.
 * @param {() => void} orphaned called once
 * @returns {() => void} ends the watch
 */
export function watchParent(orphaned) {
  if (env.npm_lifecycle_event === undefined) return () => {};
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    orphaned();
  }, LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
