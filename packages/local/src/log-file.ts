import { once } from 'node:events';
import { createWriteStream, openSync, renameSync, statSync, type WriteStream } from 'node:fs';

/** Bytes; one older file of the same size is kept beside it. */
const LARGEST = 10 * 1024 * 1024;

/** Appends lines to a file that never grows without bound. */
export class LogFile {
  #stream: WriteStream;
  #size: number;

  constructor(readonly path: string) {
    this.#size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    this.#stream = open(path);
  }

  write(line: string): void {
    if (this.#size > LARGEST) this.#rotate();
    this.#size += Buffer.byteLength(line) + 1;
    this.#stream.write(`${line}\n`);
  }

  async close(): Promise<void> {
    if (this.#stream.closed) return;
    this.#stream.end();
    await once(this.#stream, 'close');
  }

  #rotate(): void {
    this.#size = 0;
    try {
      renameSync(this.path, `${this.path}.1`);
      const next = open(this.path);
      this.#stream.end();
      this.#stream = next;
    } catch {
      // A full disk: the old file goes on, whatever it is called now.
    }
  }
}

function open(path: string): WriteStream {
  // Opened at once, so that the file is there to be renamed. A full disk costs log lines, not the stack.
  return createWriteStream(path, { fd: openSync(path, 'a', 0o600) }).on('error', () => {});
}
