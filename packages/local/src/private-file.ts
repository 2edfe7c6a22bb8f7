import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** Writes a file that only its owner may read; readers see the old content or the new one, never a part. */
export function writePrivateFile(path: string, content: string): void {
  const draft = `${path}.new`;
  writeFileSync(draft, content, { mode: 0o600 });
  chmodSync(draft, 0o600); // the mode above counts only for a file that was not there
  renameSync(draft, path);
}

/** Its content, closed to everybody else from now on; undefined when there is no such file. */
export function readPrivateFile(path: string): string | undefined {
  try {
    chmodSync(path, 0o600);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
