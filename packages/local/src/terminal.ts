import { styleText } from 'node:util';

type Colour = 'cyan' | 'green' | 'magenta' | 'red' | 'yellow';

const COLOURS: Readonly<Record<string, Colour>> = { gateway: 'cyan', worker: 'green', scaler: 'magenta', redis: 'red' };
const WARN = 40;
const NAME_WIDTH = 7;
/** Milliseconds for which the same line of the same program is not repeated: outages make every client say the same. */
const REPEAT_AFTER_MS = 10_000;
const REMEMBERED = 100;

/** What the person at the terminal sees. Everything else is in the log files. */
export class Terminal {
  readonly #shown = new Map<string, number>();

  constructor(
    private readonly verbose: boolean,
    private readonly out: NodeJS.WritableStream = process.stdout,
    private readonly err: NodeJS.WritableStream = process.stderr,
  ) {
    // A terminal that was closed must not keep the stack from stopping in order.
    for (const stream of [out, err]) stream.on('error', () => {});
  }

  say(text: string): void {
    this.out.write(`${text}\n`);
  }

  complain(text: string): void {
    this.err.write(`${text}\n`);
  }

  /** A line that a program printed: shown when it warns of something, or always when verbose. */
  relay(name: string, line: string, stream: 'stdout' | 'stderr'): void {
    const { level, text } = readLine(line, stream);
    if (!this.verbose && (level < WARN || name === 'redis' || this.#isRepeated(`${name} ${text}`))) return;
    const colour = COLOURS[name.replace(/-.*/, '')] ?? 'yellow';
    this.err.write(`${styleText(colour, name.padEnd(NAME_WIDTH), { stream: this.err })} ${text}\n`);
  }

  #isRepeated(line: string): boolean {
    const now = performance.now();
    const before = this.#shown.get(line);
    if (before !== undefined && now - before < REPEAT_AFTER_MS) return true;
    if (this.#shown.size >= REMEMBERED) this.#shown.clear();
    this.#shown.set(line, now);
    return false;
  }
}

/** A line of pino's JSON with its level; anything else is taken for a warning when it came on stderr. */
function readLine(line: string, stream: 'stdout' | 'stderr'): { level: number; text: string } {
  const entry = parseEntry(line);
  if (!entry) return { level: stream === 'stderr' ? WARN : 0, text: line };
  const cause = entry.err?.message ?? entry.error?.message;
  return { level: entry.level, text: cause && !entry.msg.includes(cause) ? `${entry.msg}: ${cause}` : entry.msg };
}

interface Entry {
  readonly level: number;
  readonly msg: string;
  readonly err?: { readonly message?: string };
  readonly error?: { readonly message?: string };
}

function parseEntry(line: string): Entry | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value = JSON.parse(line) as Partial<Entry>;
    return typeof value.level === 'number' ? { ...value, level: value.level, msg: String(value.msg ?? '') } : undefined;
  } catch {
    return undefined;
  }
}
