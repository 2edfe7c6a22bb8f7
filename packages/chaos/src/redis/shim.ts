import { execFile } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { ShiftedClock } from './shifted-clock.js';

const SOURCES = resolve(import.meta.dirname, '../../shim');
const HEADER_BYTES = 16;
const SLOT_BYTES = 16;
const COMPILERS = ['cc', 'gcc', 'clang'];

const run = promisify(execFile);

/** The libraries that are loaded into the processes of the product, compiled for this machine. See their sources for what they do. */
export class Shim {
  private constructor(
    private readonly dir: string,
    private readonly durableSize: string,
    private readonly clockShift: string,
  ) {}

  /** @throws Error that says what to install when there is no C compiler */
  static async compile(): Promise<Shim> {
    if (process.platform !== 'linux') throw new Error('power cuts and clock jumps are simulated with LD_PRELOAD, which needs Linux');
    const dir = await mkdtemp(join(tmpdir(), 'dts-shim-'));
    try {
      return new Shim(dir, await compile('durable-size', dir), await compile('clock-shift', dir));
    } catch (error) {
      await rm(dir, { recursive: true, force: true });
      throw error;
    }
  }

  /** @param dir what stands on the device whose files are watched */
  watch(dir: string, name: string): WatchedDisk {
    return new WatchedDisk(join(this.dir, `${name}.table`), { LD_PRELOAD: this.durableSize, DTS_SHIM_DIR: dir });
  }

  clock(name: string): Promise<ShiftedClock> {
    return ShiftedClock.create(join(this.dir, `${name}.clock`), { LD_PRELOAD: this.clockShift });
  }

  async remove(): Promise<void> {
    await rm(this.dir, { recursive: true, force: true });
  }
}

async function compile(name: string, dir: string): Promise<string> {
  const library = join(dir, `${name}.so`);
  const source = join(SOURCES, `${name}.c`);
  for (const compiler of COMPILERS) {
    try {
      await run(compiler, ['-O2', '-Wall', '-shared', '-fPIC', '-o', library, source, '-ldl']);
      return library;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue; // not installed
      throw new Error(`${compiler} could not compile ${source}: ${(error as Error).message}`);
    }
  }
  throw new Error('this needs a C compiler (cc, gcc or clang on PATH); install: apt-get install gcc libc6-dev');
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
