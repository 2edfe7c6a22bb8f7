import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { bin } from './paths.mjs';
import { Problem } from './problem.mjs';

const OLDEST = [24, 15];

/**
 * The Node that runs everything but this bootstrap: the one that the install brought along (Linux), else the host's.
 * @throws Problem when neither is new enough.
 */
export function nodeBinary() {
  const installed = join(bin, 'node');
  if (existsSync(installed)) return installed;
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return process.execPath;
  const wanted = OLDEST.join('.');
  throw new Problem(
    `Node ${wanted} or newer is needed on ${process.platform}, this is ${process.versions.node}: install it, then run the same command again.`,
  );
}

/** The environment for what runs in the workspace: its own programs first, and no tool that reports home. */
export function toolEnv() {
  return {
    ...process.env,
    PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
    DO_NOT_TRACK: '1',
    NO_UPDATE_NOTIFIER: '1',
    NPM_CONFIG_UPDATE_NOTIFIER: 'false',
    TURBO_NO_UPDATE_NOTIFIER: '1',
    TURBO_TELEMETRY_DISABLED: '1',
  };
}
