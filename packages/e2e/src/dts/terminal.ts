import { type Exit, type Program, startProgram, waitFor } from '@dts/testkit';
import xterm, { type Terminal as Emulator } from '@xterm/headless';
import { DTS } from './dts.js';

/** The terminal's device and the process in it, which a shell prints before it becomes the command line. */
const FIRST_LINE = /^(\/dev\/pts\/\d+) (\d+)\r?\n/;
const START_MS = 15_000;

export interface TerminalOptions {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly columns?: number;
  readonly rows?: number;
}

/**
 * The built command line in a terminal: a pseudo-terminal of the kernel (by `script` of util-linux), and an emulator that
 * says what a person would see.
 */
export class Terminal {
  readonly emulator: Emulator;
  readonly #program: Program;
  readonly #device: string;
  readonly #pid: number;

  private constructor(emulator: Emulator, program: Program, [, device = '', pid = '']: readonly string[]) {
    this.emulator = emulator;
    this.#program = program;
    this.#device = device;
    this.#pid = Number(pid);
  }

  static async start({ args, env, columns = 80, rows = 24 }: TerminalOptions): Promise<Terminal> {
    const emulator = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
    const command = `stty cols ${columns} rows ${rows}; echo "$(tty) $$"; exec ${[process.execPath, DTS, ...args].map(quote).join(' ')}`;
    const program = await startProgram('script', {
      args: ['--quiet', '--flush', '--return', '--command', command, '/dev/null'],
      env: { TERM: 'xterm-256color', SHELL: '/bin/sh', ...env },
      stdin: 'open',
      onOutput: (text) => emulator.write(text),
    });
    const first = await waitFor(() => FIRST_LINE.exec(program.stdout), { timeoutMs: START_MS, describe: 'a terminal' });
    return new Terminal(emulator, program, first);
  }

  /** Everything that was written, control sequences included. */
  get raw(): string {
    return this.#program.stdout;
  }

  /** The lines that can be seen. */
  get lines(): string[] {
    const { active } = this.emulator.buffer;
    return Array.from({ length: this.emulator.rows }, (_, row) => active.getLine(active.baseY + row)?.translateToString(true) ?? '');
  }

  get text(): string {
    return this.lines.join('\n');
  }

  /** Whether a program has taken the whole screen, which it should give back. */
  get isFullScreen(): boolean {
    return this.emulator.buffer.active.type === 'alternate';
  }

  type(keys: string): void {
    this.#program.type(keys);
  }

  /** To the command line itself, as `kill` does; the terminal stays. */
  signal(name: NodeJS.Signals): void {
    process.kill(this.#pid, name);
  }

  async resize(columns: number, rows: number): Promise<void> {
    this.emulator.resize(columns, rows);
    const stty = await startProgram('stty', { args: ['-F', this.#device, 'cols', String(columns), 'rows', String(rows)] });
    await stty.exited;
  }

  /** Waits until the screen shows it. @throws Error with what it shows instead */
  async until(pattern: RegExp, timeoutMs = START_MS): Promise<string> {
    try {
      return await waitFor(() => (pattern.test(this.text) ? this.text : undefined), { timeoutMs });
    } catch {
      throw new Error(`${pattern} did not come on the screen within ${timeoutMs} ms; it shows:\n${this.text}`);
    }
  }

  get ended(): Promise<Exit> {
    return this.#program.exited;
  }

  async close(): Promise<void> {
    await this.#program.kill();
    this.emulator.dispose();
  }
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
