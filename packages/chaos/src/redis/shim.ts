import { execFile } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const SOURCE = resolve(import.meta.dirname, '../../shim/durable-size.c');
const HEADER_BYTES = 16;
const SLOT_BYTES = 16;
const COMPILERS = ['cc', 'gcc', 'clang'];

const run = promisify(execFile);

/** The library that records durable sizes, compiled for this machine. See its source for what it does. */
export class Shim {
  private constructor(
    private readonly dir: string,
    private readonly library: string,
  ) {}

  /** @throws Error that says what to install when there is no C compiler */
  static async compile(): Promise<Shim> {
    if (process.platform !== 'linux') throw new Error('power cuts are simulated with LD_PRELOAD, which needs Linux');
    const dir = await mkdtemp(join(tmpdir(), 'dts-shim-'));
    const library = join(dir, 'durable-size.so');
    for (const compiler of COMPILERS) {
      try {
        await run(compiler, ['-O2', '-Wall', '-shared', '-fPIC', '-o', library, SOURCE, '-ldl']);
        return new Shim(dir, library);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue; // not installed
        await rm(dir, { recursive: true, force: true });
        throw new Error(`${compiler} could not compile ${SOURCE}: ${(error as Error).message}`);
      }
    }
    await rm(dir, { recursive: true, force: true });
    throw new Error('power cuts need a C compiler (cc, gcc or clang on PATH); install: apt-get install gcc libc6-dev');
  }

  /** @param dir what stands on the device whose files are watched */
  watch(dir: string, name: string): WatchedDisk {
    return new WatchedDisk(join(this.dir, `${name}.table`), { LD_PRELOAD: this.library, DTS_SHIM_DIR: dir });
  }

  async remove(): Promise<void> {
    await rm(this.dir, { recursive: true, force: true });
  }
}

/** One server's files as the shim sees them. */
export class WatchedDisk {
  readonly env: Readonly<Record<string, string>>;

  constructor(
    private readonly table: string,
    env: Readonly<Record<string, string>>,
  ) {
    this.env = { ...env, DTS_SHIM_TABLE: table };
  }

  /** From now on every fsync takes this much longer. The server must have been started. */
  async delayFsync(milliseconds: number): Promise<void> {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(milliseconds * 1_000));
    const file = await open(this.table, 'r+');
    await file.write(bytes, 0, bytes.length, 0);
    await file.close();
  }

  /** Bytes that the last completed fsync covered, by inode. A file that is missing here was never fsynced. */
  async durableSizes(): Promise<Map<number, number>> {
    const file = await open(this.table, 'r');
    const bytes = await file.readFile();
    await file.close();
    const sizes = new Map<number, number>();
    for (let at = HEADER_BYTES; at + SLOT_BYTES <= bytes.length; at += SLOT_BYTES) {
      const inode = Number(bytes.readBigUInt64LE(at));
      if (inode !== 0) sizes.set(inode, Number(bytes.readBigUInt64LE(at + 8)));
    }
    return sizes;
  }
}
