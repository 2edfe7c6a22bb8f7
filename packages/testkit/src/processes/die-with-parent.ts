import { spawnSync } from 'node:child_process';

let supported: boolean | undefined;

/**
 * Wraps a command so that the kernel kills it when this process dies, even by SIGKILL. The pid stays that of the
 * command. Where util-linux's `setpriv` is missing (macOS) the command runs as it is.
 */
export function dieWithParent(command: string, args: readonly string[]): [executable: string, args: string[]] {
  supported ??= process.platform === 'linux' && spawnSync('setpriv', ['--pdeathsig', 'KILL', 'true']).status === 0;
  return supported ? ['setpriv', ['--pdeathsig', 'KILL', '--', command, ...args]] : [command, [...args]];
}
