import { execFile } from 'node:child_process';
import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A file system of its own that is soon full. Needs root, on Linux. */
export class SmallDisk {
  private constructor(readonly dir: string) {}

  /** Why there can be none on this machine, if so. */
  static obstacle(): string | undefined {
    if (process.platform === 'linux' && process.getuid?.() === 0) return undefined;
    return 'a disk that fills up is a small tmpfs, and mounting one needs root on Linux';
  }

  static async mount(megabytes: number): Promise<SmallDisk> {
    const dir = await mkdtemp(join(tmpdir(), 'dts-disk-'));
    await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', dir]);
    return new SmallDisk(dir);
  }

  /** Gives it room for so much more than it holds. */
  async leaveRoom(megabytes: number): Promise<void> {
    const { blocks, bfree, bsize } = await statfs(this.dir);
    const used = Math.ceil(((blocks - bfree) * bsize) / 2 ** 20);
    await run('mount', ['-o', `remount,size=${used + megabytes}m`, this.dir]);
  }

  async unmount(): Promise<void> {
    await run('umount', ['-l', this.dir]);
    await rm(this.dir, { recursive: true, force: true });
  }
}
