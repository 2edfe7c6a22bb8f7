import { join } from 'node:path';
import { LogFile } from './log-file.js';
import type { Terminal } from './terminal.js';

/** Where a program's lines go: all of them to its file, the important ones to the terminal. */
export class ProgramLog {
  readonly #file: LogFile;

  constructor(
    private readonly name: string,
    folder: string,
    private readonly terminal: Terminal,
  ) {
    this.#file = new LogFile(join(folder, `${name}.log`));
  }

  get path(): string {
    return this.#file.path;
  }

  /** A line that the program printed. */
  line(line: string, stream: 'stdout' | 'stderr'): void {
    this.#file.write(line);
    this.terminal.relay(this.name, line, stream);
  }

  /** Something that happened to the program. */
  event(text: string): void {
    this.#file.write(text);
    this.terminal.complain(text);
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
