import { type FileHandle, open } from 'node:fs/promises';
import { encodeEntry, type LedgerEntry } from './entry.js';

interface Waiting {
  readonly line: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** The record of what was promised: append-only, outside Redis, and on disk before anyone counts on it. */
export class Ledger {
  private waiting: Waiting[] = [];
  private writing: Promise<void> | undefined;

  private constructor(
    readonly path: string,
    private readonly file: FileHandle,
  ) {}

  static async open(path: string): Promise<Ledger> {
    return new Ledger(path, await open(path, 'a'));
  }

  /** Resolves once the entry has been fsynced. Entries that come meanwhile share the next fsync. */
  record(entry: LedgerEntry): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ line: encodeEntry(entry), resolve, reject });
      this.writing ??= this.writeAll();
    });
  }

  async close(): Promise<void> {
    await this.writing;
    await this.file.close();
  }

  private async writeAll(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting;
      this.waiting = [];
      try {
        await this.file.write(batch.map(({ line }) => line).join(''));
        await this.file.datasync();
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.writing = undefined; // at once with the look that found nothing waiting, or an entry that comes in between stays behind
  }
}
