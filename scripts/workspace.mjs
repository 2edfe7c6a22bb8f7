import { join } from 'node:path';
import { build, isBuilt } from './build.mjs';
import { install, isInstalled } from './install.mjs';
import { withLock } from './lock.mjs';
import { root } from './paths.mjs';

const lock = join(root, '.turbo', 'prepare.lock');

/**
 * Brings the installed packages, and the build when the task needs one, up to date. Costs milliseconds when they are.
 * @param {{ built: boolean, rebuildArgs?: string[] }} needs rebuildArgs: ask turbo with these even when nothing seems to have changed
 */
export async function prepareWorkspace({ built, rebuildArgs }) {
  if (isReady(built) && !rebuildArgs) return;
  const onWait = (pid) => console.log(`Waiting for another command of this checkout (process ${pid}) to finish installing or building …`);
  await withLock(lock, onWait, async () => {
    if (!isInstalled()) await install();
    if (built && (rebuildArgs || !isBuilt())) await build(rebuildArgs);
  });
}

function isReady(built) {
  return isInstalled() && (!built || isBuilt());
}
