import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { within } from '../waiting/within.js';
import { dieWithParent } from './die-with-parent.js';

const OUTPUT_LIMIT = 1_048_576;
const TAIL = 4_000;

export interface ProgramOptions {
  readonly args?: readonly string[];
  /** The whole environment beside PATH and HOME: what the test does not say, the program does not see. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Opens its standard input, for {@link Program.type}; there is nothing to read unless given. */
  readonly stdin?: 'open';
  /** Gets what it prints, as it comes. */
  readonly onOutput?: (text: string) => void;
  /** A file that all it prints is appended to, as by a supervisor: then nobody here has to read it, and `output` stays empty. */
  readonly outputFile?: string;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running process of a test. It dies with the test, however that ends (Linux). */
export class Program {
  stdout = '';
  stderr = '';
  /** Both streams in the order in which they came. */
  output = '';
  /** Never rejects; what was printed before the end has been read by then. */
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;

  constructor(
    readonly name: string,
    child: ChildProcess,
    onOutput: (text: string) => void = () => {},
  ) {
    this.#child = child;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout = keepEnd(this.stdout + text);
      this.output = keepEnd(this.output + text);
      onOutput(text);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr = keepEnd(this.stderr + text);
      this.output = keepEnd(this.output + text);
      onOutput(text);
    });
    child.stdin?.on('error', () => {}); // it may end before it has read everything
    this.exited = untilExit(child);
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.name} has no process`);
    return this.#child.pid;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The last lines of the output, for the message of a failure. */
  get tail(): string {
    return this.output === '' ? '(it printed nothing)' : `its output ends:\n${this.output.slice(-TAIL)}`;
  }

  /** Into its standard input, which ends with it if it is the last. */
  type(text: string, last?: 'last'): void {
    if (last) this.#child.stdin?.end(text);
    else this.#child.stdin?.write(text);
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /**
   * SIGTERM, and wait.
   * @throws Error after `timeoutMs` milliseconds; the process is killed then.
   */
  async stop(timeoutMs = 15_000): Promise<Exit> {
    this.signal('SIGTERM');
    this.signal('SIGCONT'); // a paused process would not see it
    try {
      return await within(this.exited, timeoutMs, () => `${this.name} (pid ${this.pid}) to stop after SIGTERM; ${this.tail}`);
    } catch (error) {
      await this.kill();
      throw error;
    }
  }

  /** SIGKILL, and wait. */
  async kill(): Promise<Exit> {
    this.signal('SIGKILL');
    return this.exited;
  }
}

/** @throws Error when the command cannot be started. */
export async function startProgram(command: string, options: ProgramOptions = {}): Promise<Program> {
  const [executable, args] = dieWithParent(command, options.args ?? []);
  await using file = options.outputFile === undefined ? undefined : await open(options.outputFile, 'a');
  const output = file?.fd ?? 'pipe';
  const child = spawn(executable, args, {
    cwd: options.cwd,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...options.env },
    stdio: [options.stdin === 'open' ? 'pipe' : 'ignore', output, output],
  });
  const program = new Program(command, child, options.onOutput);
  await once(child, 'spawn');
  return program;
}

/** Like {@link startProgram}, for a JavaScript or TypeScript file run by this Node. */
export function startNode(file: string, options: ProgramOptions = {}): Promise<Program> {
  return startProgram(process.execPath, { ...options, args: ['--enable-source-maps', file, ...(options.args ?? [])] });
}

async function untilExit(child: ChildProcess): Promise<Exit> {
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const exit = await new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => resolve({ code: null, signal: null }));
  });
  // A grandchild that holds the pipes open must not hold the test.
  const patience = new AbortController();
  await Promise.race([closed, delay(500, undefined, { signal: patience.signal }).catch(() => undefined)]);
  patience.abort();
  return exit;
}

function keepEnd(text: string): string {
  return text.length > OUTPUT_LIMIT ? text.slice(-OUTPUT_LIMIT) : text;
}
