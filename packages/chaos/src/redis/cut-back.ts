import { readdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { WatchedDisk } from './shim.js';

/**
 * Does to the files below `dir` what a power cut does: all that no completed fsync covers is gone. A file that was never
 * fsynced is left empty. The server must be dead.
 * @returns bytes cut off
 */
export async function cutBack(dir: string, disk: WatchedDisk): Promise<number> {
  const durable = await disk.durableSizes();
  let cut = 0;
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const { ino, size } = await stat(path);
    const keep = Math.min(size, durable.get(ino) ?? 0);
    if (keep < size) await truncate(path, keep);
    cut += size - keep;
  }
  return cut;
}
