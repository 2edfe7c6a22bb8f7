import { withoutCredentials } from './redacted.js';

/** Milliseconds between two lines that are the same. */
const EVERY_MS = 30_000;
/** Lines that are told apart. Beyond, all that is known of them is forgotten, and they are told anew. */
const MOST = 100;

interface Told {
  readonly at: number;
  readonly untold: number;
}

/** Lines of what goes wrong many times a second for as long as something is away: each is told at once, and then now and then. */
export class RepeatedLines {
  private readonly told = new Map<string, Told>();

  /** @param write gets the line, with how often it was not told since the last time */
  constructor(private readonly write: (line: string) => void) {}

  /** @param now Unix milliseconds */
  tell(line: string, now = Date.now()): void {
    const { at, untold } = this.told.get(line) ?? { at: Number.NEGATIVE_INFINITY, untold: 0 };
    if (now - at < EVERY_MS) {
      this.told.set(line, { at, untold: untold + 1 });
      return;
    }
    if (this.told.size >= MOST) this.told.clear();
    this.told.set(line, { at: now, untold: 0 });
    this.write(untold === 0 ? line : `${line} (${untold} times more since it was last told)`);
  }
}

/** For errors of a connection, which come with every try to mend it: `Redis: connect ECONNREFUSED …`. */
export function errorLines(what: string, write: (line: string) => void): (error: Error) => void {
  const lines = new RepeatedLines(write);
  return ({ message }) => lines.tell(`${what}: ${withoutCredentials(message)}`);
}
