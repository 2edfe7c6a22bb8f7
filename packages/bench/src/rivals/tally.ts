import { closeSync, openSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Memory, where the file is: writing to it costs a job some microseconds, the same in every language. */
const MEMORY = '/dev/shm';
const DIGITS = 7;
const MARK_BYTES = DIGITS + 1;
const LOOK_MS = 5;
/** Without a mark: nothing is going to come any more. */
const STUCK_MS = 60_000;

/** What a job leaves behind when it has run. */
export function mark(number: number): string {
  return `${String(number).padStart(DIGITS, '0')}\n`;
}

/** Which jobs have run: a file to which each adds its mark. */
export class Tally implements AsyncDisposable {
  private constructor(
    private readonly dir: string,
    readonly file: string,
  ) {}

  static async open(): Promise<Tally> {
    const dir = await mkdtemp(join(MEMORY, 'dts-bench-'));
    const file = join(dir, 'tally');
    closeSync(openSync(file, 'a'));
    return new Tally(dir, file);
  }

  reset(): void {
    truncateSync(this.file);
  }

  /** Marks, repeated ones as well. */
  get length(): number {
    return statSync(this.file).size / MARK_BYTES;
  }

  /**
   * Resolves when each of so many jobs has run, which may be later than there are as many marks.
   * @throws Error when no more come, the signal's reason
   */
  async untilComplete(jobs: number, signal: AbortSignal): Promise<void> {
    let enough = jobs;
    let last = { length: 0, at: performance.now() };
    for (;;) {
      const { length } = this;
      if (length >= enough && this.distinct() >= jobs) return;
      if (length >= enough) enough = length + 1;
      if (length !== last.length) last = { length, at: performance.now() };
      if (performance.now() - last.at > STUCK_MS)
        throw new Error(`after ${length} of ${jobs} jobs nothing has run for ${STUCK_MS / 1_000} s`);
      await delay(LOOK_MS, undefined, { signal });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.dir, { recursive: true, force: true });
  }

  private distinct(): number {
    return new Set(readFileSync(this.file, 'latin1').trimEnd().split('\n')).size;
  }
}
