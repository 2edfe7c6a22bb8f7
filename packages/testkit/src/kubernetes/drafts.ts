import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Where this process makes a file that is to appear whole or not at all: it is renamed when it is done. */
export function draftOf(file: string): string {
  return `${file}.${process.pid}`;
}

/** Those in a folder whose process was killed before it was done: a program's is 100 MB. */
export async function removeLeftDrafts(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = Number(/\.(\d+)$/.exec(name)?.[1]);
    if (pid && !isRunning(pid)) await rm(join(folder, name), { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
