import cliProgress from 'cli-progress';

const BAR_INTERVAL_MS = 100;
const LINE_INTERVAL_MS = 2_000;

export interface Snapshot {
  readonly value: number;
  readonly total: number;
  /** All the figures in words. */
  readonly text: string;
}

/** Shows how far a run is: a bar on a terminal, else a line now and then. */
export class Progress {
  readonly #bar: cliProgress.SingleBar | undefined;
  readonly #timer: NodeJS.Timeout;
  #lastLine = '';

  constructor(
    private readonly out: NodeJS.WriteStream | NodeJS.WritableStream,
    private readonly read: () => Snapshot,
  ) {
    const isTerminal = 'isTTY' in out && out.isTTY;
    if (isTerminal) this.#bar = startBar(out, read());
    this.#timer = setInterval(() => this.#show(), isTerminal ? BAR_INTERVAL_MS : LINE_INTERVAL_MS);
  }

  /** Prints a line above the bar. */
  say(line: string): void {
    this.out.write(this.#bar ? `\r\x1b[K${line}\n` : `${line}\n`);
  }

  stop(): void {
    clearInterval(this.#timer);
    if (!this.#bar) return; // the summary that follows says it all
    this.#show();
    this.#bar.stop();
  }

  #show(): void {
    const { value, total, text } = this.read();
    if (this.#bar) {
      this.#bar.setTotal(total);
      this.#bar.update(value, { text });
    } else if (text !== this.#lastLine) {
      this.out.write(`${text}\n`);
      this.#lastLine = text;
    }
  }
}

function startBar(stream: NodeJS.WritableStream, { value, total, text }: Snapshot): cliProgress.SingleBar {
  // Signals are this program's business, not the bar's.
  const options = { stream, format: '{bar} {percentage}%  {text}', barsize: 24, hideCursor: true, gracefulExit: false };
  const bar = new cliProgress.SingleBar(options, cliProgress.Presets.shades_classic);
  bar.start(total, value, { text });
  return bar;
}
