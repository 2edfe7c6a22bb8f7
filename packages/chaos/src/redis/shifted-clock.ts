import { open, writeFile } from 'node:fs/promises';

/** A wall clock for some processes, which jumps when it is told to. */
export class ShiftedClock {
  private constructor(
    private readonly file: string,
    /** What makes a process see this clock. */
    readonly env: Readonly<Record<string, string>>,
  ) {}

  static async create(file: string, env: Readonly<Record<string, string>>): Promise<ShiftedClock> {
    await writeFile(file, toBytes(0));
    return new ShiftedClock(file, { ...env, DTS_CLOCK_FILE: file });
  }

  /** From now on it is off by so much; 0 is right. In place: the file is mapped into those who look. */
  async set(seconds: number): Promise<void> {
    const file = await open(this.file, 'r+');
    await file.write(toBytes(seconds), 0, 8, 0);
    await file.close();
  }
}

function toBytes(seconds: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(seconds) * 1_000_000n);
  return bytes;
}
